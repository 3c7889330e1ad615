package quantwright.ir.interp;

import java.util.Arrays;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Quantization;
import quantwright.ir.arith.Requantizer;
import quantwright.ir.arith.Rounding;
import quantwright.ir.arith.Scales;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Clamp;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Conversions between reals and stored integers, and between parameters. */
final class Quantizing {
    private Quantizing() {
    }

    /** The whole range of a quantized storage around zero point {@code zero}. */
    static QuantRange range(QuantizedType type, int zero) {
        return new QuantRange(zero, (int) type.storage().minValue(), (int) type.storage().maxValue());
    }

    /** The range that a quantized op clamps its result to. */
    static QuantRange range(TensorType result, Clamp clamp) {
        return new QuantRange(result.quantized().zeroPoint(0), clamp.min(), clamp.max());
    }

    /** Index of the scale of element {@code i}. */
    private static int group(QuantizedType type, Shape shape, int i) {
        return switch (type) {
            case QuantizedType.PerTensor _ -> 0;
            case QuantizedType.PerAxis p -> (int) (i / shape.product(p.axis() + 1, shape.rank()) % shape.dim(p.axis()));
            case QuantizedType.PerGroup p -> {
                int index = (int) (i / shape.product(p.axis() + 1, shape.rank()) % shape.dim(p.axis()));
                int k = (int) (i / shape.product(p.groupAxis() + 1, shape.rank()) % shape.dim(p.groupAxis()));
                yield index * p.groups() + k / p.groupSize();
            }
            case QuantizedType.PerBlock p -> {
                int inner = (int) shape.product(p.axis() + 1, shape.rank());
                int extent = shape.dim(p.axis());
                int groups = Math.ceilDiv(extent, p.blockSize());
                yield (i / (inner * extent) * groups + i / inner % extent / p.blockSize()) * inner + i % inner;
            }
        };
    }

    static Tensor quantize(Tensor x, TensorType result) {
        Tensor real = Casting.cast(x, x.type().withElement(ScalarType.F32));
        QuantizedType type = result.quantized();
        QuantRange[] ranges = new QuantRange[type.scaleCount()];
        Arrays.setAll(ranges, g -> range(type, type.zeroPoint(g)));
        int[] q = new int[real.size()];
        for (int i = 0; i < q.length; i++) {
            int g = group(type, result.shape(), i);
            q[i] = Quantization.quantize(real.floats()[i], type.scale(g), ranges[g]);
        }
        return stored(q, result);
    }

    static Tensor dequantize(Tensor x, TensorType result) {
        QuantizedType type = x.type().quantized();
        Tensor out = Tensor.zeros(result.withElement(ScalarType.F32));
        int[] q = centred(x, 0);
        for (int i = 0; i < q.length; i++) {
            int g = group(type, result.shape(), i);
            out.floats()[i] = Quantization.dequantize(q[i], type.scale(g), type.zeroPoint(g));
        }
        return Casting.cast(out, result);
    }

    /** As {@link quantwright.ir.op.Requantize}; a copy where parameters are equal. */
    static Tensor requantize(Rounding rounding, Tensor x, TensorType result) {
        if (x.type().element().equals(result.element())) {
            return x;
        }
        QuantizedType from = x.type().quantized();
        QuantizedType to = result.quantized();
        Requantizer requantizer = Requantizer.of(rounding, Scales.rescaleFactor(from.scale(0), to.scale(0)));
        QuantRange range = range(to, to.zeroPoint(0));
        int[] q = centred(x, from.zeroPoint(0));
        for (int i = 0; i < q.length; i++) {
            q[i] = requantizer.apply(q[i], range);
        }
        return stored(q, result);
    }

    /** A tensor of the given stored integers. */
    static Tensor stored(int[] values, TensorType type) {
        Tensor out = Tensor.zeros(type);
        if (type.storage().bits() <= 8) {
            byte[] bytes = out.bytes();
            for (int i = 0; i < values.length; i++) {
                bytes[i] = (byte) values[i];
            }
        } else {
            for (int i = 0; i < values.length; i++) {
                out.setInteger(i, values[i]);
            }
        }
        return out;
    }

    /** The stored integers as ints, each less its own zero point. */
    static int[] centred(Tensor x) {
        QuantizedType type = x.type().quantized();
        if (type instanceof QuantizedType.PerTensor t) {
            return centred(x, t.zeroPoint());
        }
        int[] out = centred(x, 0);
        for (int i = 0; i < out.length; i++) {
            out[i] -= type.zeroPoint(group(type, x.type().shape(), i));
        }
        return out;
    }

    /** Weights as products multiply them: less their zero points, times the multipliers of their groups. */
    static int[] factors(Tensor w) {
        int[] out = centred(w);
        if (w.type().element() instanceof QuantizedType.PerGroup p) {
            for (int i = 0; i < out.length; i++) {
                out[i] *= p.multipliers().get(group(p, w.type().shape(), i));
            }
        }
        return out;
    }

    /** The stored integers as ints, less a zero point. */
    static int[] centred(Tensor x, int zero) {
        int[] out = new int[x.size()];
        if (x.type().storage() == ScalarType.I8) {
            byte[] q = x.bytes();
            for (int i = 0; i < out.length; i++) {
                out[i] = q[i] - zero;
            }
        } else {
            for (int i = 0; i < out.length; i++) {
                out[i] = (int) x.integer(i) - zero;
            }
        }
        return out;
    }
}
