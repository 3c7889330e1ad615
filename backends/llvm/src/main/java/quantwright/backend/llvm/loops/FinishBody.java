package quantwright.backend.llvm.loops;

import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/** What turns a combination of elements into a result. */
public sealed interface FinishBody extends MapBody {
    /** The combination itself; slots none. */
    record Same() implements FinishBody {
        @Override
        public String name() {
            return "same";
        }

        @Override
        public String slots() {
            return "";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            return x[0];
        }
    }

    /** Float division by the count; slots count as f32. */
    record FloatMean() implements FinishBody {
        @Override
        public String name() {
            return "float_mean";
        }

        @Override
        public String slots() {
            return "f";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            return f.fdiv(x[0], c[0]);
        }
    }

    /** Integer division by the count, towards zero; slots count as i64. */
    record IntMean() implements FinishBody {
        @Override
        public String name() {
            return "int_mean";
        }

        @Override
        public String slots() {
            return "l";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            return f.sdiv(f.sext(x[0], c[0].type()), c[0]);
        }
    }

    /** Square root of a float; slots none. */
    record Root() implements FinishBody {
        @Override
        public String name() {
            return "root";
        }

        @Override
        public String slots() {
            return "";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            return f.sqrt(x[0]);
        }
    }

    /**
     * Rescaling of {@code sum + offset}, then bias and clamp; slots offset, the factor's, then bias, min, max as i64.
     */
    record ScaledSum(Rescaling rescaling) implements FinishBody {
        @Override
        public String name() {
            return "scaled_sum";
        }

        @Override
        public String slots() {
            return "i" + rescaling.scaleSlots() + "lll";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            int at = 1 + rescaling.scaleSlots().length();
            Value sum = f.add(rescaling.scale(f, f.add(x[0], c[0]), c, 1), c[at]);
            Value clamped = f.smin(f.smax(sum, c[at + 1]), c[at + 2]);
            return f.trunc(clamped, IrType.I32.vec(x[0].type().lanes()));
        }
    }
}
