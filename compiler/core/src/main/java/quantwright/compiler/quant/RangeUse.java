package quantwright.compiler.quant;

import java.util.HashMap;
import java.util.Map;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.MaxPool;

/**
 * What the errors of a value's elements mean for those who read it.
 *
 * @param negativeSlope what a LeakyRelu that alone reads the value leaves of a negative element's error; else 1
 * @param averaged number of elements whose mean is all that is read, else 1: their rounding errors, which are independent,
 *     average out, what is cut off from them does not
 * @param survivors name of the max-pooled value of the elements that alone are read, after the LeakyRelu if there is one;
 *     empty if all are read
 */
record RangeUse(double negativeSlope, double averaged, String survivors) {
    /** Every element counts alike. */
    static final RangeUse PLAIN = new RangeUse(1, 1, "");

    /** The uses of a graph's values, by name, where they are not {@link #PLAIN}. */
    static Map<String, RangeUse> of(Graph graph) {
        Map<String, RangeUse> uses = new HashMap<>();
        for (Node node : graph) {
            for (Value v : node.results()) {
                Node reader = onlyReader(graph, v);
                if (reader != null && !OpRoles.isConstant(v)) {
                    RangeUse use = of(graph, reader);
                    if (!use.equals(PLAIN)) {
                        uses.put(v.name(), use);
                    }
                }
            }
        }
        return uses;
    }

    private static RangeUse of(Graph graph, Node reader) {
        if (reader.op() instanceof LeakyRelu l && l.alpha() > 0) {
            Node next = onlyReader(graph, reader.result());
            return new RangeUse(l.alpha(), 1, next != null && next.op() instanceof MaxPool ? next.result().name() : "");
        }
        if (reader.op() instanceof MaxPool) {
            return new RangeUse(1, 1, reader.result().name());
        }
        if (OpRoles.of(reader) != OpRoles.AVERAGE) {
            return PLAIN;
        }
        return new RangeUse(1, reader.op() instanceof AvgPool p ? p.window().kernelH() * p.window().kernelW()
                : (double) reader.operand(0).type().shape().elementCount()
                        / Math.max(1, reader.result().type().shape().elementCount()), "");
    }

    private static Node onlyReader(Graph graph, Value v) {
        return v.users().size() == 1 && !graph.isOutput(v) ? v.users().getFirst() : null;
    }
}
