package quantwright.tests.onnx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.importer.onnx.OnnxFile;
import quantwright.compiler.importer.onnx.OnnxImporter;
import quantwright.compiler.importer.onnx.OnnxTensorData;
import quantwright.compiler.importer.onnx.generated.TensorProto;
import quantwright.compiler.importer.onnx.generated.TensorProto.DataType;
import quantwright.compiler.importer.onnx.generated.ValueInfoProto;
import quantwright.ir.Graph;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/**
 * Runs the ONNX project's operator tests: a folder for each case with {@code model.onnx} and data sets of inputs and
 * outputs. A case whose operands must be known at compile time is tried again with all inputs but the first fixed to
 * the test's values, then with all of them.
 */
final class NodeVectors {
    /** Who fixes which inputs, in the order of attempts. */
    private enum Fixed {
        NONE("pass"), PARAMETERS("pass, parameters fixed"), ALL("pass, inputs fixed");

        private final String outcome;

        Fixed(String outcome) {
            this.outcome = outcome;
        }
    }

    private NodeVectors() {
    }

    /** Folders of cases below {@code root}, by name. */
    static List<Path> cases(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(p -> p.endsWith("model.onnx")).map(Path::getParent)
                    .filter(p -> Files.isDirectory(p.resolve("test_data_set_0"))).sorted().toList();
        }
    }

    /**
     * What becomes of a case: {@code pass...}, {@code unsupported CODE reason} or {@code differs reason}. Bugs of
     * ours throw.
     */
    static String outcome(Path folder) throws Exception {
        String last = "";
        for (Fixed fixed : Fixed.values()) {
            try {
                String difference = run(folder, fixed);
                return difference == null ? fixed.outcome : "differs " + difference;
            } catch (UserErrorException e) {
                Diagnostic first = e.diagnostics().get(0);
                last = "unsupported " + first.code().id() + " " + first.message();
                if (e.diagnostics().stream().noneMatch(d -> d.code() == ImportDiagnostic.NOT_CONSTANT
                        || d.code() == ImportDiagnostic.UNBOUND_DIMENSION)) {
                    return last;
                }
            } catch (UnsupportedData e) {
                return "unsupported data " + e.getMessage();
            }
        }
        return last;
    }

    /** A case's graph and the values of the inputs it still has. */
    record Loaded(Graph graph, List<Tensor> inputs) {
    }

    /** The case with as few inputs fixed as the importer needs; empty if it does not import. */
    static Optional<Loaded> load(Path folder) throws FormatException {
        for (Fixed fixed : Fixed.values()) {
            try {
                return Optional.of(load(folder, fixed));
            } catch (UserErrorException | UnsupportedData e) {
                // Another attempt fixes more.
            }
        }
        return Optional.empty();
    }

    private static Loaded load(Path folder, Fixed fixed) throws FormatException, UnsupportedData {
        Path model = folder.resolve("model.onnx");
        List<ValueInfoProto> declared = OnnxFile.read(model).model().getGraph().getInputList();
        Path data = folder.resolve("test_data_set_0");
        ImportOptions options = ImportOptions.none();
        List<Tensor> inputs = new ArrayList<>();
        DiagnosticSink sink = new DiagnosticSink();
        if (fixed == Fixed.NONE) {
            // What the importer says comes before what the data cannot be.
            new OnnxImporter().importModel(model, options, sink);
        }
        for (int i = 0; i < declared.size(); i++) {
            Tensor tensor = read(data.resolve("input_" + i + ".pb"),
                    declared.get(i).getType().getTensorType().getElemType());
            if (fixed == Fixed.ALL || fixed == Fixed.PARAMETERS && i > 0) {
                options = options.withFixedInput(declared.get(i).getName(), ConstantData.of(tensor));
            } else {
                inputs.add(tensor);
            }
        }
        return new Loaded(new OnnxImporter().importModel(model, options, sink), inputs);
    }

    private static String run(Path folder, Fixed fixed) throws Exception {
        Loaded loaded = load(folder, fixed);
        Graph graph = loaded.graph;
        List<Tensor> inputs = loaded.inputs;
        Path data = folder.resolve("test_data_set_0");
        List<Tensor> outputs;
        try {
            outputs = Interpreter.run(graph, inputs, null);
        } catch (IllegalArgumentException e) {
            throw new UnsupportedData(e.getMessage());
        }
        for (int i = 0; i < outputs.size(); i++) {
            boolean bf16 = outputs.get(i).type().storage() == ScalarType.BF16;
            Tensor expected = read(data.resolve("output_" + i + ".pb"), bf16 ? DataType.BFLOAT16_VALUE : 0);
            String difference = difference(graph.outputs().get(i), expected, outputs.get(i), folder);
            if (difference != null) {
                return "output " + i + " " + difference;
            }
        }
        return null;
    }

    /** Quantized results are exact by definition; other float results depend on the order of operations. */
    private static boolean isExact(Path folder) {
        String name = folder.getFileName().toString();
        return name.contains("quantizelinear") || name.contains("qlinear") || name.contains("integer");
    }

    private static double tolerance(Path folder, ScalarType type) {
        // These models state pi with six digits; the results were computed with all of them.
        boolean coarse = folder.getFileName().toString().matches("test_(blackman|hamming|hann)window.*_expanded");
        return switch (type) {
            case F16 -> 2e-3;
            case BF16 -> 1e-2;
            default -> coarse ? 1e-4 : 1e-5;
        };
    }

    private static String difference(Value value, Tensor expected, Tensor actual, Path folder) {
        if (!expected.type().equals(actual.type())) {
            return "is " + actual.type().element() + " " + actual.type().shape() + ", not "
                    + expected.type().element() + " " + expected.type().shape();
        }
        ScalarType type = value.type().storage();
        if (isExact(folder) || !type.isFloat()) {
            long different = expected.countDifferences(actual);
            return different == 0 ? null : "has " + different + " of " + expected.size() + " elements wrong";
        }
        double tolerance = tolerance(folder, type);
        for (int i = 0; i < expected.size(); i++) {
            double e = real(expected, i);
            double a = real(actual, i);
            if (Double.compare(e, a) != 0 && !(Math.abs(e - a) <= tolerance * Math.max(1, Math.abs(e)))) {
                return "is " + a + " at " + i + ", not " + e;
            }
        }
        return null;
    }

    private static double real(Tensor tensor, int i) {
        return switch (tensor.type().storage()) {
            case F32 -> tensor.floats()[i];
            case F64 -> tensor.doubles()[i];
            case F16 -> Float.float16ToFloat(tensor.shorts()[i]);
            case BF16 -> Float.intBitsToFloat(tensor.shorts()[i] << 16);
            default -> tensor.integer(i);
        };
    }

    /** Reads a tensor; older vectors hold bf16 as u16, which the declared type tells. */
    private static Tensor read(Path file, int declared) throws FormatException, UnsupportedData {
        TensorProto proto = OnnxFile.readTensor(file);
        if (declared == DataType.BFLOAT16_VALUE && proto.getDataType() == DataType.UINT16_VALUE) {
            proto = proto.toBuilder().setDataType(declared).build();
        }
        int[] dims = proto.getDimsList().stream().mapToInt(Math::toIntExact).toArray();
        TensorType type = TensorType.of(scalar(proto.getDataType()), dims);
        return Tensor.unpack(type, OnnxTensorData.bytes(proto, file.toString()));
    }

    private static ScalarType scalar(int dataType) throws UnsupportedData {
        DataType type = DataType.forNumber(dataType);
        return switch (type == null ? DataType.UNDEFINED : type) {
            case FLOAT -> ScalarType.F32;
            case DOUBLE -> ScalarType.F64;
            case FLOAT16 -> ScalarType.F16;
            case BFLOAT16 -> ScalarType.BF16;
            case BOOL -> ScalarType.BOOL;
            case INT64 -> ScalarType.I64;
            case INT32 -> ScalarType.I32;
            case INT16 -> ScalarType.I16;
            case INT8 -> ScalarType.I8;
            case INT4 -> ScalarType.I4;
            case INT2 -> ScalarType.I2;
            case UINT64 -> ScalarType.U64;
            case UINT32 -> ScalarType.U32;
            case UINT16 -> ScalarType.U16;
            case UINT8 -> ScalarType.U8;
            case UINT4 -> ScalarType.U4;
            case UINT2 -> ScalarType.U2;
            default -> throw new UnsupportedData("of type " + type);
        };
    }

    /** The test's data has no counterpart, or the interpreter refuses the arithmetic on it. */
    private static final class UnsupportedData extends Exception {
        private static final long serialVersionUID = 1L;

        UnsupportedData(String message) {
            super(message);
        }
    }
}
