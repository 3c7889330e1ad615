package quantwright.backend.npu.lower;

import java.util.Optional;
import quantwright.backend.npu.plan.Feature;
import quantwright.ir.Node;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;
import quantwright.npu.isa.MachineParameters;
import quantwright.profiles.NpuMachine;

/** Convolutions and fully connected layers. */
final class Products {
    private Products() {
    }

    /** Why the machine does not execute a product; empty if it does. */
    static Optional<String> reason(Node node, NpuMachine machine, MachineParameters parameters) {
        TensorType x = node.operand(0).type();
        TensorType w = node.operand(1).type();
        if (!node.operands().stream().skip(1).allMatch(Operands::isConstant)) {
            return Optional.of("weights and bias must be constants");
        }
        if (!(w.element() instanceof QuantizedType)) {
            return Optional.of("weights must be quantized");
        }
        int activationBits = x.storage().bits();
        int weightBits = w.storage().bits();
        if (machine.types().stream().noneMatch(t -> t.activationBits() == activationBits && t.weightBits() == weightBits)) {
            return Optional.of("the array does not multiply " + activationBits + "-bit activations by " + weightBits
                    + "-bit weights");
        }
        if (w.quantized().isBlocked()) {
            return Optional.of("the array has no scales for groups of weights");
        }
        if (zero(w.quantized()).isEmpty()) {
            return Optional.of("weight zero points differ from channel to channel");
        }
        if (node.result().type().element() == ScalarType.I32 && parameters.accumulatorBits() != 32) {
            return Optional.of("sums of " + parameters.accumulatorBits() + " bits are not the 32-bit result");
        }
        if (node.op() instanceof QConv2d c) {
            Optional<String> limit = limit(c.window(), machine.limits(), x.dim(3));
            if (limit.isPresent() || x.dim(0) != 1) {
                return limit.isPresent() ? limit : Optional.of("batch " + x.dim(0) + " is above 1");
            }
            if (c.groups() > 1 && w.storage() == ScalarType.SIGN1) {
                return Optional.of("grouped convolutions with one-bit weights have no zero to pad with");
            }
        }
        return accumulators(node, parameters);
    }

    private static Optional<String> limit(Window2d w, NpuMachine.Limits limits, int channels) {
        if (w.kernelH() > limits.kernelRows() || w.kernelW() > limits.kernelColumns()) {
            return Optional.of("kernel " + w.kernelH() + "x" + w.kernelW() + " exceeds " + limits.kernelRows() + "x"
                    + limits.kernelColumns());
        }
        if (Math.max(w.strideH(), w.strideW()) > limits.stride()) {
            return Optional.of("stride " + w.strideH() + "x" + w.strideW() + " exceeds " + limits.stride());
        }
        return channels > limits.channels() ? Optional.of(channels + " channels exceed " + limits.channels())
                : Optional.empty();
    }

    /** Sums of products, bias apart, must fit the accumulators. */
    private static Optional<String> accumulators(Node node, MachineParameters parameters) {
        TensorType x = node.operand(0).type();
        int zero = x.quantized().zeroPoint(0);
        long reach = Math.max(x.storage().maxValue() - zero, zero - x.storage().minValue());
        double bound = (double) reach * of(node).reach();
        return bound < Math.scalb(1.0, parameters.accumulatorBits() - 1) ? Optional.empty()
                : Optional.of("sums may reach " + (long) bound + ", past " + parameters.accumulatorBits() + " bits");
    }

    /** The zero point that all weights share. */
    private static Optional<Integer> zero(QuantizedType type) {
        for (int i = 1; i < type.scaleCount(); i++) {
            if (type.zeroPoint(i) != type.zeroPoint(0)) {
                return Optional.empty();
            }
        }
        return Optional.of(type.zeroPoint(0));
    }

    /** The product a node computes. */
    static Product of(Node node) {
        TensorType x = node.operand(0).type();
        TensorType w = node.operand(1).type();
        byte[] weights = Operands.constant(node.operand(1)).bytes();
        int zero = w.quantized().zeroPoint(0);
        return switch (node.op()) {
            case QConv2d c -> new Product(c.window(), c.groups(), x.dim(3), w.dim(0), weights,
                    Feature.number(w.storage()), zero);
            case QDense _ -> new Product(Window2d.of(1, 1, 1, 1), 1, x.dim(-1), w.dim(0), weights,
                    Feature.number(w.storage()), zero);
            default -> throw new IllegalArgumentException(node.op().mnemonic() + " is no product");
        };
    }

    /** The layer of a product whose results go through {@code lookup}, if that is not null. */
    static ProductLayer layer(Node product, Node last, Feature input, Feature output, byte[] lookup) {
        Product p = of(product);
        Finish finish = Finish.of(product, p.outputs());
        return new ProductLayer(last, input, output, p, lookup == null ? finish : finish.through(lookup));
    }
}
