package quantwright.backend.llvm.loops;

import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;
import quantwright.ir.arith.Rounding;

/** Elementwise functions of quantized values, as {@code quantwright.ir.arith} defines them. */
public sealed interface QuantizedBody extends MapBody {
    /** {@link quantwright.ir.arith.Quantization#quantize}; slots scale, low, high, zero. */
    record Quantize() implements QuantizedBody {
        @Override
        public String name() {
            return "quantize";
        }

        @Override
        public String slots() {
            return "fffi";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            return quantize(f, x[0], c[0], c[1], c[2], c[3]);
        }
    }

    /** As {@link Quantize} with a scale and a zero point for each element: operands x, scale, zero; slots min, max. */
    record QuantizeAxis() implements QuantizedBody {
        @Override
        public String name() {
            return "quantize_axis";
        }

        @Override
        public String slots() {
            return "ii";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            Value low = f.sitofp(f.sub(c[0], x[2]), x[0].type());
            Value high = f.sitofp(f.sub(c[1], x[2]), x[0].type());
            return quantize(f, x[0], x[1], low, high, x[2]);
        }
    }

    private static Value quantize(FunctionBuilder f, Value x, Value scale, Value low, Value high, Value zero) {
        Value quotient = f.fdiv(x, scale);
        Value real = f.select(f.fcmp("uno", quotient, quotient), Value.zero(quotient.type()), quotient);
        return new Rescaling(Rounding.FLOAT32).finish(f, real, new Value[] {low, high, zero}, 0);
    }

    /** {@link quantwright.ir.arith.Quantization#dequantize}; slots scale, zero. */
    record Dequantize() implements QuantizedBody {
        @Override
        public String name() {
            return "dequantize";
        }

        @Override
        public String slots() {
            return "fi";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            return f.fmul(f.sitofp(f.sub(x[0], c[1]), IrType.F32.vec(x[0].type().lanes())), c[0]);
        }
    }

    /** As {@link Dequantize} with operands q, scale, zero. */
    record DequantizeAxis() implements QuantizedBody {
        @Override
        public String name() {
            return "dequantize_axis";
        }

        @Override
        public String slots() {
            return "";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            return f.fmul(f.sitofp(f.sub(x[0], x[2]), x[1].type()), x[1]);
        }
    }

    /** Requantization of {@code q + offset}, i32 or i64; slots offset, those of the rescaling. */
    record Requantize(Rescaling rescaling) implements QuantizedBody {
        @Override
        public String name() {
            return "requantize";
        }

        @Override
        public String slots() {
            return "i" + rescaling.slots();
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            Value offset = x[0].type().equals(c[0].type()) ? c[0] : f.sext(c[0], x[0].type());
            return rescaling.apply(f, f.add(x[0], offset), c, 1);
        }
    }

    /**
     * {@link quantwright.ir.arith.QuantizedAdd}; slots the two zero points, the left shift, the two factors, then of
     * {@code F32} the bounds, of {@code Fixed} a whole rescaling.
     */
    record Add(Rescaling rescaling, boolean subtract) implements QuantizedBody {
        @Override
        public String name() {
            return subtract ? "qsub" : "qadd";
        }

        @Override
        public String slots() {
            boolean isFloat = rescaling.rounding() instanceof Rounding.F32;
            return "iii" + rescaling.scaleSlots().repeat(2) + (isFloat ? rescaling.rangeSlots() : rescaling.slots());
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            int first = 3;
            int second = first + rescaling.scaleSlots().length();
            int last = second + rescaling.scaleSlots().length();
            if (rescaling.rounding() instanceof Rounding.F32) {
                Value a = rescaling.scale(f, f.sub(x[0], c[0]), c, first);
                Value b = rescaling.scale(f, f.sub(x[1], c[1]), c, second);
                return rescaling.finish(f, subtract ? f.fsub(a, b) : f.fadd(a, b), c, last);
            }
            Value a = f.trunc(rescaling.scale(f, f.shl(f.sub(x[0], c[0]), c[2]), c, first), x[0].type());
            Value b = f.trunc(rescaling.scale(f, f.shl(f.sub(x[1], c[1]), c[2]), c, second), x[0].type());
            return rescaling.apply(f, subtract ? f.sub(a, b) : f.add(a, b), c, last);
        }
    }

    /** Product of centred values, requantized; slots the two zero points, the rescaling. */
    record Mul(Rescaling rescaling) implements QuantizedBody {
        @Override
        public String name() {
            return "qmul";
        }

        @Override
        public String slots() {
            return "ii" + rescaling.slots();
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            return rescaling.apply(f, f.mul(f.sub(x[0], c[0]), f.sub(x[1], c[1])), c, 2);
        }
    }

    /** Requantization of a sum of stored values: operands sum, number of values; slots zero point, the rescaling. */
    record PooledSum(Rescaling rescaling) implements QuantizedBody {
        @Override
        public String name() {
            return "pooled_sum";
        }

        @Override
        public String slots() {
            return "i" + rescaling.slots();
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            return rescaling.apply(f, f.sub(x[0], f.mul(x[1], c[0])), c, 1);
        }
    }

    /** Clamp of stored integers; slots min, max. */
    record Clamp() implements QuantizedBody {
        @Override
        public String name() {
            return "qclamp";
        }

        @Override
        public String slots() {
            return "ii";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            return f.smin(f.smax(x[0], c[0]), c[1]);
        }
    }

    /** Integer division of a sum, ties away from zero, clamped; slots divisor, half of it rounded down, min, max. */
    record Divide() implements QuantizedBody {
        @Override
        public String name() {
            return "divide";
        }

        @Override
        public String slots() {
            return "iiii";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            Value negative = f.icmp("slt", x[0], Value.zero(x[0].type()));
            Value nudged = f.select(negative, f.sub(x[0], c[1]), f.add(x[0], c[1]));
            return f.smin(f.smax(f.sdiv(nudged, c[0]), c[2]), c[3]);
        }
    }
}
