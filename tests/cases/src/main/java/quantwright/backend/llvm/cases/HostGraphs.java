package quantwright.backend.llvm.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import quantwright.backend.Backend;
import quantwright.backend.BackendUnavailable;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompiledModel;
import quantwright.backend.Executor;
import quantwright.ir.Graph;
import quantwright.ir.Value;
import quantwright.ir.data.Tensor;
import quantwright.profiles.HardwareProfile;

/**
 * This host: every tensor of a graph must agree in every bit, traced and untraced, for each profile.
 *
 * @param backend  makes the code
 * @param profiles feature levels of this host
 */
public record HostGraphs(Backend backend, List<HardwareProfile> profiles) implements GraphMachine {
    @Override
    public void assume() {
        profiles.forEach(p -> backend.hostRefusal(p).ifPresent(why -> assumeTrue(false, "SKIPPED: " + why)));
    }

    private CompiledModel compile(Graph graph, HardwareProfile profile) {
        try {
            return backend.compile(new CompileRequest(graph, profile, "test", CompileRequest.Progress.SILENT));
        } catch (BackendUnavailable e) {
            assumeTrue(false, "SKIPPED: " + e.getMessage());
            throw e;
        }
    }

    @Override
    public List<Tensor> run(Graph graph, List<Tensor> inputs) {
        try (Executor executor = backend.load(compile(graph, profiles.getFirst()))) {
            return executor.run(inputs);
        }
    }

    @Override
    public void check(String what, Graph graph, List<Tensor> inputs, Map<String, Tensor> expected, List<Tensor> outputs) {
        profiles.forEach(p -> check(what + " " + p.id(), graph, p, inputs, expected, outputs));
    }

    private void check(String what, Graph graph, HardwareProfile profile, List<Tensor> inputs,
            Map<String, Tensor> expected, List<Tensor> outputs) {
        CompiledModel model = compile(graph, profile);
        try (Executor executor = backend.load(model)) {
            List<String> wrong = new ArrayList<>();
            List<Tensor> actual = executor.run(inputs, (name, tensor) -> {
                if (expected.containsKey(name)) {
                    Differential.compare(name, expected.get(name), tensor, wrong);
                }
            });
            assertEquals(outputs.size(), actual.size());
            List<Tensor> plain = executor.run(inputs);
            for (int i = 0; i < outputs.size(); i++) {
                Differential.compare("output " + i, outputs.get(i), actual.get(i), wrong);
                Differential.compare("untraced output " + i, outputs.get(i), plain.get(i), wrong);
            }
            assertTrue(wrong.isEmpty(), () -> what + ": " + wrong + "\n" + model.manifest().steps() + "\n"
                    + graph.nodes().stream().map(n -> n.op() + " " + n.operands().stream().map(Value::type).toList()
                    + " -> " + n.result().type()).toList());
        }
    }
}
