package quantwright.cli;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quantwright.backend.Executor;
import quantwright.compiler.data.NpyFile;
import quantwright.compiler.data.NumericArray;
import quantwright.compiler.data.NumericType;
import quantwright.compiler.driver.DriverDiagnostic;
import quantwright.compiler.driver.Program;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.type.TensorType;

/** {@code qw run}. */
@Command(name = "run", sortOptions = false,
        description = "Runs a model once on tensors from .npy files, of exactly the model's types and shapes.",
        footer = {"", "With several inputs or outputs give --input or -o as many times, in the model's order."})
final class RunVerb extends Verb {
    @Parameters(paramLabel = "DIR|MODEL", description = "An artifact folder, or a model file.")
    private Path subject;
    @Option(names = {"-i", "--input"}, paramLabel = "X.npy", required = true, description = "Input tensor.")
    private List<Path> inputs = new ArrayList<>();
    @Option(names = {"-o", "--output"}, paramLabel = "Y.npy", required = true,
            description = "Where to write the output tensor.")
    private List<Path> outputs = new ArrayList<>();
    @Mixin
    private ProgramOptions programOptions;

    @Override
    int execute(Bars bars) throws FormatException {
        Quantwright driver = driver();
        Program program = programOptions.open(this, driver, subject, bars);
        require(inputs.size() == program.inputs().size(), subject, inputs.size() + " --input given, the model takes "
                + program.inputs().size());
        require(outputs.size() == program.outputs().size(), subject, outputs.size() + " -o given, the model gives "
                + program.outputs().size());
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            tensors.add(read(inputs.get(i), program.inputs().get(i)));
        }
        Map<String, Object> result = new LinkedHashMap<>();
        List<Tensor> results;
        try (Executor executor = program.open()) {
            results = executor.run(tensors);
            result.put("model", program.name());
            result.put("runsOn", executor.description());
        }
        for (int i = 0; i < results.size(); i++) {
            write(outputs.get(i), results.get(i));
            say("%s -> %s  %s %s", program.outputNames().get(i), outputs.get(i), results.get(i).type().storage(),
                    results.get(i).type().shape());
        }
        result.put("outputs", outputs);
        result(result);
        return OK;
    }

    private static void require(boolean holds, Path place, String message) {
        if (!holds) {
            throw new UserErrorException(DriverDiagnostic.WRONG_INPUT, Location.file(place), message);
        }
    }

    private static Tensor read(Path file, TensorType type) throws FormatException {
        NumericArray array = NpyFile.read(file);
        boolean fits = array.type().name().equalsIgnoreCase(type.storage().name()) && Arrays.equals(array.shape(),
                Arrays.stream(type.shape().toArray()).asLongStream().toArray());
        require(fits, file, "holds " + array.type().name().toLowerCase(Locale.ROOT) + " "
                + Arrays.toString(array.shape())
                + ", the model takes " + type.storage() + " " + type.shape());
        return Tensor.unpack(type, array.data());
    }

    private static void write(Path file, Tensor tensor) {
        NumericType type = Arrays.stream(NumericType.values())
                .filter(t -> t.name().equalsIgnoreCase(tensor.type().storage().name())).findFirst().orElse(null);
        require(type != null, file, "NumPy has no type for " + tensor.type().storage());
        long[] shape = Arrays.stream(tensor.type().shape().toArray()).asLongStream().toArray();
        WholeFile.write(file, partial -> NpyFile.write(partial,
                new NumericArray(type, shape, MemorySegment.ofArray(tensor.pack()))));
    }
}
