package quantwright.compiler.quant;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.Executor;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Constant;
import quantwright.ir.type.ScalarType;

/**
 * Runs a float graph over calibration samples, one at a time, and counts every activation. Memory does not grow with the
 * number of samples.
 */
public final class Calibrator {
    private final Graph graph;
    private final Executor executor;
    private final List<Node> joins;
    private final Set<String> joined = new HashSet<>();
    private final Map<String, Tensor> constants = new HashMap<>();

    /**
     * A calibrator.
     *
     * @param graph float graph whose values have unique names
     * @param executor runs that graph and shows its values
     */
    public Calibrator(Graph graph, Executor executor) {
        this.graph = graph;
        this.executor = executor;
        this.joins = graph.nodes().stream().filter(n -> OpRoles.of(n) == OpRoles.JOIN).toList();
        for (Value part : joins.stream().flatMap(j -> j.operands().stream()).toList()) {
            joined.add(part.name());
            if (OpRoles.isConstant(part)) {
                constants.put(part.name(), ((Constant) part.producer().op()).data().toTensor());
            }
        }
    }

    /**
     * Counts the activations on all samples.
     *
     * @throws UserErrorException if a sample holds or leads to a NaN or an infinity
     */
    public CalibrationStatistics run(ModelFeed feed, Progress progress) {
        Set<String> activations = new HashSet<>();
        for (Node node : graph) {
            for (Value v : node.results()) {
                if (!OpRoles.isConstant(v) && v.type().element() == ScalarType.F32) {
                    activations.add(v.name());
                }
            }
        }
        CalibrationStatistics statistics = new CalibrationStatistics();
        for (long sample = 0; sample < feed.size(); sample++) {
            progress.update("calibrating", sample, feed.size());
            if (Thread.currentThread().isInterrupted()) {
                throw new java.util.concurrent.CancellationException("calibration was cancelled");
            }
            run(feed, sample, activations, statistics);
            statistics.countSample();
        }
        progress.update("calibrating", feed.size(), feed.size());
        return statistics;
    }

    private void run(ModelFeed feed, long sample, Set<String> activations, CalibrationStatistics statistics) {
        List<Tensor> inputs = inputs(feed, sample);
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i).type().storage() == ScalarType.F32) {
                count(statistics, graph.inputs().get(i).name(), inputs.get(i), feed, sample);
            }
        }
        Set<String> seen = new HashSet<>();
        Map<String, Tensor> parts = new HashMap<>(constants);
        for (int i = 0; i < inputs.size(); i++) {
            parts.put(graph.inputs().get(i).name(), inputs.get(i));
        }
        List<Tensor> outputs = executor.run(inputs, (name, tensor) -> {
            if (activations.contains(name)) {
                count(statistics, name, tensor, feed, sample);
                seen.add(name);
            }
            if (joined.contains(name)) {
                parts.put(name, tensor);
            }
        });
        for (Node join : joins) {
            String name = join.result().name();
            List<Tensor> operands = join.operands().stream().map(v -> parts.get(v.name())).toList();
            // A join whose operands are written in place is no step of its own.
            if (!seen.contains(name) && !operands.contains(null)) {
                Tensor whole = Interpreter.evaluate(join.op(), operands, List.of(join.result().type())).getFirst();
                parts.put(name, whole);
                count(statistics, name, whole, feed, sample);
                seen.add(name);
            }
        }
        for (int i = 0; i < outputs.size(); i++) {
            // A value that goes straight to the caller's buffer is in no arena to be traced.
            String name = graph.outputs().get(i).name();
            if (activations.contains(name) && !seen.contains(name)) {
                count(statistics, name, outputs.get(i), feed, sample);
            }
        }
    }

    /** A sample as inputs of the model. */
    static List<Tensor> inputs(ModelFeed feed, long sample) {
        try {
            return feed.inputs(sample);
        } catch (FormatException e) {
            throw e.toUserError();
        }
    }

    private static void count(CalibrationStatistics statistics, String name, Tensor tensor, ModelFeed feed, long sample) {
        int bad = statistics.count(name, tensor);
        if (bad >= 0) {
            throw new UserErrorException(QuantDiagnostic.NOT_FINITE_VALUE, at(feed), "sample " + sample + ": value " + name
                    + " is " + tensor.floats()[bad] + " at element " + bad);
        }
    }

    private static Location at(ModelFeed feed) {
        return new Location.InFile(feed.data().source().name(), 1, 1);
    }
}
