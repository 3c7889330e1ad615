package quantwright.backend.llvm.cost;

import java.util.List;
import quantwright.backend.Manifest;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Fused;
import quantwright.ir.op.LogSoftmax;
import quantwright.ir.op.Op;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QSoftmax;
import quantwright.ir.op.Softmax;
import quantwright.ir.op.TensorOp;
import quantwright.ir.type.TensorType;
import quantwright.profiles.CpuPerformance;

/**
 * Cycles of a program's steps in closed form, from a profile's throughputs alone. A step takes the longer of
 * <pre>
 *   MACs / throughput of the pair of types + other instructions / issue
 *   bytes of operands and result / bandwidth of the nearest memory that holds them all
 * </pre>
 * Other instructions are, for each vector of four lanes of a result, those that requantize it (convert, scale, two clamps,
 * round, two to narrow; of a sum of two tensors each operand is scaled too) or, of floats, one; for each element of a
 * softmax those of an exponential and a division; and one for each sixteen bytes that are read or written.
 */
public final class StepCosts {
    private static final int LANES = 4;
    private static final int REGISTER_BYTES = 16;
    private static final int REQUANTIZE = 7;
    private static final int SOFTMAX = 50;
    private final CpuPerformance machine;

    /** Costs on one core. */
    public StepCosts(CpuPerformance machine) {
        this.machine = machine;
    }

    /**
     * A cost.
     *
     * @param cycles clock cycles
     * @param bound  what takes them
     */
    public record Cost(double cycles, String bound) { }

    /** The cost of a node that was lowered to a step. */
    public Cost cost(Node node, Manifest.Step step) {
        if (step.kernel().equals("none")) {
            return new Cost(0, "nothing");
        }
        double products = step.macs() == 0 ? 0 : step.macs() / throughput(node);
        double others = instructions(node) / machine.issue();
        double bytes = bytes(node);
        int level = machine.level(bytes);
        double memory = bytes / machine.bytesPerCycle(level);
        double compute = products + others;
        return memory > compute ? new Cost(memory, level < machine.caches().size() ? machine.caches().get(level).level()
            : "dram") : new Cost(compute, products >= others ? "products"
            : "instructions");
    }

    private double throughput(Node node) {
        TensorType x = node.operand(0).type();
        String type = x.isQuantized() ? x.storage().bits() > 8 ? "i16" : "i8" : "f32";
        List<CpuPerformance.Product> pairs = machine.products();
        return pairs.stream().filter(p -> p.activations().equals(type) && p.weights().equals(type)).findFirst()
            .or(() -> pairs.stream().filter(p -> p.activations().equals("f32")).findFirst())
            .orElse(pairs.getFirst()).macsPerCycle();
    }

    private static double instructions(Node node) {
        double vectors = Math.ceil((double) elements(node.result()) / LANES);
        boolean integer = node.result().type().isQuantized();
        List<Op> ops = node.op() instanceof Fused f ? f.body().graph().nodes().stream().map(Node::op).toList()
            : List.of(node.op());
        boolean moves = node.op() instanceof TensorOp && integer;
        double perVector = ops.stream().mapToDouble(op -> perVector(op, integer)).sum();
        return (moves ? 0 : vectors * perVector) + bytes(node) / REGISTER_BYTES;
    }

    private static double perVector(Op op, boolean integer) {
        return switch (op) {
            case QSoftmax _, Softmax _, LogSoftmax _ -> LANES * SOFTMAX;
            case QAdd _ -> 3 * REQUANTIZE;
            default -> integer ? REQUANTIZE : 1;
        };
    }

    private static long elements(Value v) {
        return v.type().shape().elementCount();
    }

    private static double bytes(Node node) {
        double sum = node.results().stream().mapToDouble(StepCosts::bytes).sum();
        return sum + node.operands().stream().distinct().mapToDouble(StepCosts::bytes).sum();
    }

    private static double bytes(Value v) {
        return v.type().storage().packedBytes(elements(v));
    }
}
