package quantwright.backend.llvm.loops;

import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/** Single operations on f32 scalars or vectors, named as {@link quantwright.ir.arith.FloatMath} speaks of them. */
class FloatSteps {
    final FunctionBuilder f;
    final IrType type;

    FloatSteps(FunctionBuilder f, IrType type) {
        this.f = f;
        this.type = type;
    }

    final Value k(float c) {
        return Value.of(type, c);
    }

    final Value i(int c) {
        return Value.of(type.asInt(), c);
    }

    final Value add(Value a, Value b) {
        return f.fadd(a, b);
    }

    final Value sub(Value a, Value b) {
        return f.fsub(a, b);
    }

    final Value mul(Value a, Value b) {
        return f.fmul(a, b);
    }

    final Value div(Value a, Value b) {
        return f.fdiv(a, b);
    }

    final Value fma(Value a, Value b, Value c) {
        return f.fma(a, b, c);
    }

    final Value gt(Value a, Value b) {
        return f.fcmp("ogt", a, b);
    }

    final Value ge(Value a, Value b) {
        return f.fcmp("oge", a, b);
    }

    final Value lt(Value a, Value b) {
        return f.fcmp("olt", a, b);
    }

    final Value eq(Value a, Value b) {
        return f.fcmp("oeq", a, b);
    }

    final Value select(Value condition, Value a, Value b) {
        return f.select(condition, a, b);
    }

    final Value rint(Value x) {
        return f.overloaded("llvm.roundeven", type, x);
    }

    final Value floor(Value x) {
        return f.overloaded("llvm.floor", type, x);
    }

    final Value abs(Value x) {
        return f.fabs(x);
    }

    final Value copySign(Value magnitude, Value sign) {
        return f.overloaded("llvm.copysign", type, magnitude, sign);
    }

    /** The i32 of a float that is whole already; of NaN anything. */
    final Value toInt(Value x) {
        return f.fptosi(x, type.asInt());
    }

    final Value toFloat(Value x) {
        return f.sitofp(x, type);
    }

    final Value bits(Value x) {
        return f.bitcast(x, type.asInt());
    }

    final Value fromBits(Value x) {
        return f.bitcast(x, type);
    }

    /** A Horner chain of fma, highest degree first. */
    final Value polynomial(Value x, float... coefficients) {
        Value p = k(coefficients[0]);
        for (int c = 1; c < coefficients.length; c++) {
            p = fma(p, x, k(coefficients[c]));
        }
        return p;
    }
}
