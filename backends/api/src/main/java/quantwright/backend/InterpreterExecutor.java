package quantwright.backend;

import java.util.List;
import quantwright.ir.Graph;
import quantwright.ir.data.Tensor;
import quantwright.ir.interp.Interpreter;

/** Runs a graph of any level by the reference interpreter. */
public final class InterpreterExecutor implements Executor {
    private final Graph graph;

    /** An executor of {@code graph}, which must not change meanwhile. */
    public InterpreterExecutor(Graph graph) {
        this.graph = graph;
    }

    @Override
    public String description() {
        return "interpreter";
    }

    @Override
    public List<Tensor> run(List<Tensor> inputs) {
        return Interpreter.run(graph, inputs, null);
    }

    @Override
    public List<Tensor> run(List<Tensor> inputs, Trace trace) {
        return Interpreter.run(graph, inputs, (value, tensor) -> {
            if (!value.name().isEmpty()) {
                trace.materialised(value.name(), tensor);
            }
        });
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
