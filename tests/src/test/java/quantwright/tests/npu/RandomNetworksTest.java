package quantwright.tests.npu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import quantwright.backend.BackendDiagnostic;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.CompiledModel;
import quantwright.backend.Executor;
import quantwright.backend.Manifest;
import quantwright.backend.npu.NpuBackend;
import quantwright.cli.simulator.NpuSimulator;
import quantwright.ir.Graph;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.op.QConcat;
import quantwright.profiles.HardwareProfile;

/**
 * Random networks on random machines whose memories are far too small for comfort: every map that a program leaves in
 * memory and every output has the interpreter's bytes. A network may be refused only because a layer does not fit.
 */
class RandomNetworksTest {
    private static final int CASES = 400;
    private static int inPlace;
    private static int pooled;

    @Test
    void programsEqualTheInterpreter() {
        int compiled = 0;
        for (int seed = 0; seed < CASES; seed++) {
            compiled += equal(seed) ? 1 : 0;
        }
        assertTrue(inPlace > 5, "only " + inPlace + " networks have a join in place");
        assertTrue(pooled > 20, "only " + pooled + " networks have a pool on the way out of a product");
        assertTrue(compiled > CASES * 3 / 4, "only " + compiled + " of " + CASES + " networks fit their machine");
    }

    private static boolean equal(int seed) {
        Random random = new Random(seed);
        HardwareProfile profile = RandomMachines.next(random);
        Graph graph = RandomNetworks.next(random);
        NpuBackend backend = new NpuBackend();
        CompiledModel model;
        try {
            model = backend.compile(new CompileRequest(graph, profile, "m", random.nextBoolean(), Progress.SILENT));
        } catch (UserErrorException e) {
            assertEquals(BackendDiagnostic.NO_KERNEL, e.diagnostics().getFirst().code());
            return false;
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed, e);
        }
        Set<String> steps = model.manifest().steps().stream().map(Manifest.Step::name).collect(Collectors.toSet());
        inPlace += graph.nodes().stream().anyMatch(n -> n.op() instanceof QConcat && !steps.contains(n.result().name()))
                ? 1 : 0;
        pooled += model.manifest().steps().stream().anyMatch(s -> s.kernel().endsWith(", pool")) ? 1 : 0;
        Tensor x = Tensor.zeros(graph.inputs().getFirst().type());
        for (int i = 0; i < x.size(); i++) {
            x.setInteger(i, random.nextInt(256) - 128);
        }
        Map<String, Tensor> expected = new HashMap<>();
        List<Tensor> outputs = Interpreter.run(graph, List.of(x), (v, t) -> expected.put(v.name(), t));
        try (Executor executor = backend.simulate(model, new NpuSimulator()).orElseThrow()) {
            List<Tensor> actual = executor.run(List.of(x), (name, tensor) ->
                    assertEquals(0, expected.get(name).countDifferences(tensor), "seed " + seed + " " + name));
            for (int i = 0; i < outputs.size(); i++) {
                assertEquals(0, outputs.get(i).countDifferences(actual.get(i)), "seed " + seed + " output " + i);
            }
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed, e);
        }
        return true;
    }
}
