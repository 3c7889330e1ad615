package quantwright.backend.llvm.cases;

import java.util.List;
import java.util.Map;
import quantwright.ir.Graph;
import quantwright.ir.data.Tensor;

/** Something that small graphs are compiled for and run on. */
public interface GraphMachine {
    /** Skips the running test, saying why, where this machine cannot be had. */
    void assume();

    /**
     * Runs a graph and compares, or keeps it for {@link #finish}.
     *
     * @param expected values by name
     * @param outputs  expected outputs
     */
    void check(String what, Graph graph, List<Tensor> inputs, Map<String, Tensor> expected, List<Tensor> outputs);

    /** Runs a graph without comparing. */
    List<Tensor> run(Graph graph, List<Tensor> inputs);

    /** Runs and compares what was kept. */
    default void finish() {
    }
}
