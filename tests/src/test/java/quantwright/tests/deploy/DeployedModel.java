package quantwright.tests.deploy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompiledModel;
import quantwright.backend.Deliverable;
import quantwright.backend.Manifest;
import quantwright.backend.llvm.LlvmBackend;
import quantwright.ir.Graph;
import quantwright.ir.data.Tensor;

/** A model's object, header and example, built into a program for a board. */
final class DeployedModel {
    private final Board board;
    private final Manifest manifest;
    private final Path program;

    private DeployedModel(Board board, Manifest manifest, Path program) {
        this.board = board;
        this.manifest = manifest;
        this.program = program;
    }

    /** Compiles a graph and writes what is delivered into a folder. */
    static CompiledModel deliver(Graph graph, Board board, String name, Path folder) throws IOException {
        LlvmBackend backend = board.backend();
        CompiledModel model = backend.compile(new CompileRequest(graph, board.profile(), name,
                CompileRequest.Progress.SILENT));
        for (Map.Entry<String, byte[]> file : backend.deliver(model, EnumSet.allOf(Deliverable.class)).entrySet()) {
            Files.write(folder.resolve(file.getKey()), file.getValue());
        }
        return model;
    }

    /** Builds the example as it is delivered. */
    static DeployedModel of(Graph graph, Board board, Path folder) throws IOException {
        CompiledModel model = deliver(graph, board, "model", folder);
        return new DeployedModel(board, model.manifest(), board.build(folder, List.of("main.c", "model.o")));
    }

    Manifest manifest() {
        return manifest;
    }

    /** Outputs of each sample. */
    List<List<Tensor>> run(List<List<Tensor>> samples) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        samples.forEach(inputs -> inputs.forEach(t -> bytes.writeBytes(t.pack())));
        Board.Outcome outcome = board.run(program, bytes.toByteArray());
        if (outcome.status() != 0) {
            throw new AssertionError("exit status " + outcome.status() + " on " + board + ": " + outcome.errors());
        }
        List<List<Tensor>> results = new ArrayList<>();
        MemorySegment output = MemorySegment.ofArray(outcome.output());
        long at = 0;
        for (int i = 0; i < samples.size(); i++) {
            List<Tensor> tensors = new ArrayList<>();
            for (Manifest.Port port : manifest.outputs()) {
                long size = port.type().packedBytes();
                tensors.add(Tensor.unpack(port.type(), output.asSlice(at, size)));
                at += size;
            }
            results.add(tensors);
        }
        if (at != output.byteSize()) {
            throw new AssertionError((output.byteSize() - at) + " bytes too many");
        }
        return results;
    }
}
