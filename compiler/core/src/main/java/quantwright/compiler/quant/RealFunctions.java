package quantwright.compiler.quant;

import java.util.function.DoubleUnaryOperator;
import quantwright.ir.arith.DoubleFunctions;
import quantwright.ir.op.Elu;
import quantwright.ir.op.HardSigmoid;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.Op;
import quantwright.ir.op.Unary;

/** Elementwise ops as deterministic functions of a double, for filling tables. */
public final class RealFunctions {
    private RealFunctions() {
    }

    /** The function an op computes on each element. */
    public static DoubleUnaryOperator of(Op op) {
        return switch (op) {
            case LeakyRelu l -> x -> x < 0 ? (double) l.alpha() * x : x;
            case Elu e -> x -> x < 0 ? e.alpha() * StrictMath.expm1(x) : x;
            case HardSigmoid h -> x -> Math.clamp((double) h.alpha() * x + h.beta(), 0.0, 1.0);
            case Unary u -> unary(u);
            default -> throw new IllegalArgumentException(op.mnemonic() + " is no function of one element");
        };
    }

    private static DoubleUnaryOperator unary(Unary u) {
        return switch (u.kind()) {
            case RELU -> x -> x < 0 ? 0 : x;
            case SIGMOID -> DoubleFunctions::sigmoid;
            case TANH -> DoubleFunctions::tanh;
            case EXP -> StrictMath::exp;
            case LOG -> StrictMath::log;
            case SQRT -> Math::sqrt;
            case RECIPROCAL -> x -> 1 / x;
            case NEG -> x -> -x;
            case ABS -> Math::abs;
            case FLOOR -> Math::floor;
            case CEIL -> Math::ceil;
            case ROUND -> Math::rint;
            case SIGN -> Math::signum;
            case ERF -> DoubleFunctions::erf;
            case GELU -> DoubleFunctions::gelu;
            case GELU_TANH -> DoubleFunctions::geluTanh;
            case HARD_SWISH -> DoubleFunctions::hardSwish;
            case SOFTPLUS -> DoubleFunctions::softplus;
            case SILU -> DoubleFunctions::silu;
            case SIN -> StrictMath::sin;
            case COS -> StrictMath::cos;
            case NOT -> throw new IllegalArgumentException("not is no function of a real");
        };
    }
}
