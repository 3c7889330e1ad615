package quantwright.tests.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import quantwright.backend.BackendUnavailable;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompiledModel;
import quantwright.backend.Executor;
import quantwright.backend.avx.AvxBackend;
import quantwright.compiler.pass.Normalize;
import quantwright.ir.Graph;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.pass.NameValues;
import quantwright.ir.pass.PassContext;
import quantwright.profiles.CpuMachine;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.QuantizationRules;
import quantwright.tests.catalogue.ModelCatalogue;

/** The ONNX operator tests as AVX-512 code: every output the interpreter's, bit for bit, or a reason why not. */
class CompiledVectorsTest {
    private static final List<String> FEATURES = List.of("avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vnni",
            "avx512vbmi", "bmi2");
    private static final int LEAST = 160;

    private static HardwareProfile profile() {
        return new HardwareProfile("test", "test", Optional.of(new CpuMachine("x86_64", "generic", FEATURES, 512, 32768,
                1048576)), new QuantizationRules("f32", true, true, true), "0");
    }

    @Test
    void codeGivesTheInterpretersBits() throws Exception {
        Path zip = ModelCatalogue.requireFile("data/conformance/onnx-node-vectors.zip");
        List<String> wrong = new ArrayList<>();
        Map<String, List<String>> refused = new TreeMap<>();
        int same = 0;
        try (var files = FileSystems.newFileSystem(zip)) {
            for (Path folder : NodeVectors.cases(files.getPath("/"))) {
                Optional<NodeVectors.Loaded> loaded = NodeVectors.load(folder);
                if (loaded.isEmpty()) {
                    continue;
                }
                String outcome = outcome(loaded.get().graph(), loaded.get().inputs());
                if (outcome.isEmpty()) {
                    same++;
                } else if (outcome.startsWith("refused ")) {
                    refused.computeIfAbsent(outcome, _ -> new ArrayList<>()).add(folder.getFileName().toString());
                } else {
                    wrong.add(folder.getFileName() + ": " + outcome);
                }
            }
        }
        System.out.println(same + " cases give the interpreter's bits; " + refused);
        assertEquals(List.of(), wrong);
        assertTrue(same >= LEAST, "only " + same + " cases compile");
    }

    private static String outcome(Graph graph, List<Tensor> inputs) {
        DiagnosticSink sink = new DiagnosticSink();
        new Normalize().run(graph, new PassContext(sink));
        new NameValues().run(graph, new PassContext(sink));
        AvxBackend backend = new AvxBackend();
        CompiledModel model;
        try {
            model = backend.compile(new CompileRequest(graph, profile(), "m", CompileRequest.Progress.SILENT));
        } catch (UserErrorException e) {
            String message = e.diagnostics().getFirst().message();
            return "refused " + message;
        } catch (BackendUnavailable e) {
            assumeTrue(false, e.getMessage());
            return "";
        }
        List<Tensor> expected;
        try {
            expected = Interpreter.run(graph, inputs.stream().map(Tensor::copy).toList(), null);
        } catch (IllegalArgumentException e) {
            return "";
        }
        List<Tensor> actual;
        try (Executor executor = backend.load(model)) {
            actual = executor.run(inputs);
        } catch (UserErrorException e) {
            assumeTrue(false, "SKIPPED: " + e.getMessage());
            return "";
        }
        for (int i = 0; i < expected.size(); i++) {
            long different = expected.get(i).countDifferences(actual.get(i));
            if (different > 0) {
                return "output " + i + " has " + different + " of " + expected.get(i).size() + " elements wrong; "
                        + graph.nodes().stream().map(n -> n.op().mnemonic()).toList();
            }
        }
        return "";
    }
}
