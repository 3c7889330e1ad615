package quantwright.backend.llvm.loops;

import java.util.Locale;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.CompareKind;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.ScalarType;

/** Elementwise functions of plain elements. */
public sealed interface PlainBody extends MapBody {
    /** f32 function of one operand; slots none. */
    record FloatUnary(UnaryKind kind) implements PlainBody {
        @Override
        public String name() {
            return kind.name().toLowerCase(Locale.ROOT);
        }

        @Override
        public String slots() {
            return "";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] operands, Value[] c) {
            Value x = operands[0];
            FloatFunctions m = new FloatFunctions(f, x.type());
            return switch (kind) {
                case RELU -> m.select(m.lt(x, m.k(0f)), m.k(0f), x);
                case SIGMOID -> m.sigmoid(x);
                case TANH -> m.tanh(x);
                case EXP -> m.exp(x);
                case LOG -> m.log(x);
                case SQRT -> f.sqrt(x);
                case RECIPROCAL -> m.div(m.k(1f), x);
                case NEG -> f.fneg(x);
                case ABS -> m.abs(x);
                case FLOOR -> m.floor(x);
                case CEIL -> f.overloaded("llvm.ceil", x.type(), x);
                case ROUND -> m.rint(x);
                case SIGN -> m.select(m.gt(x, m.k(0f)), m.k(1f), m.select(m.lt(x, m.k(0f)), m.k(-1f), x));
                case ERF -> m.erf(x);
                case GELU -> m.gelu(x);
                case GELU_TANH -> m.geluTanh(x);
                case HARD_SWISH -> m.hardSwish(x);
                case SOFTPLUS -> m.softplus(x);
                case SILU -> m.silu(x);
                case SIN -> m.sin(x);
                case COS -> m.cos(x);
                case NOT -> throw new IllegalArgumentException("NOT is for bool and integers, not f32");
            };
        }
    }

    /** Function of one integer in the width it is computed in; slots none. */
    record IntUnary(UnaryKind kind, ScalarType type) implements PlainBody {
        /** Whether integers of a type have this function. */
        public static boolean isDefined(UnaryKind kind) {
            return switch (kind) {
                case RELU, NEG, ABS, SIGN, FLOOR, CEIL, ROUND, NOT -> true;
                default -> false;
            };
        }

        @Override
        public String name() {
            return kind.name().toLowerCase(Locale.ROOT) + "_" + type;
        }

        @Override
        public String slots() {
            return "";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            Value v = x[0];
            Value zero = Value.zero(v.type());
            Value one = Value.of(v.type(), 1);
            boolean unsigned = type == ScalarType.U64;
            Value positive = f.zext(f.icmp(unsigned ? "ne" : "sgt", v, zero), v.type());
            return switch (kind) {
                case RELU -> unsigned ? v : f.smax(v, zero);
                case NEG -> f.sub(zero, v);
                case ABS -> unsigned ? v : f.select(f.icmp("slt", v, zero), f.sub(zero, v), v);
                case SIGN -> unsigned ? positive : f.select(f.icmp("slt", v, zero), Value.of(v.type(), -1), positive);
                case FLOOR, CEIL, ROUND -> v;
                case NOT -> type == ScalarType.BOOL ? f.xor(v, one) : f.xor(v, Value.of(v.type(), -1));
                default -> throw new IllegalArgumentException(kind + " of " + type);
            };
        }
    }

    /** Bounds: {@code v < min ? min : v}, then the same above; slots min, max in the operand's type. */
    record Clip(ScalarType type) implements PlainBody {
        @Override
        public String name() {
            return "clip";
        }

        @Override
        public String slots() {
            return type == ScalarType.F32 ? "ff" : "ll";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            if (type == ScalarType.F32) {
                Value v = f.select(f.fcmp("olt", x[0], c[0]), c[0], x[0]);
                return f.select(f.fcmp("ogt", v, c[1]), c[1], v);
            }
            Value v = f.sext(x[0], c[0].type());
            v = f.select(f.icmp("slt", v, c[0]), c[0], v);
            return f.select(f.icmp("sgt", v, c[1]), c[1], v);
        }
    }

    /** {@code x < 0 ? slope * x : x}; slots slope. */
    record LeakyRelu() implements PlainBody {
        @Override
        public String name() {
            return "leaky_relu";
        }

        @Override
        public String slots() {
            return "f";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            return f.select(f.fcmp("olt", x[0], Value.of(x[0].type(), 0f)), f.fmul(c[0], x[0]), x[0]);
        }
    }

    /** {@code x < 0 ? alpha * (exp(x) - 1) : x}; slots alpha. */
    record Elu() implements PlainBody {
        @Override
        public String name() {
            return "elu";
        }

        @Override
        public String slots() {
            return "f";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            FloatFunctions m = new FloatFunctions(f, x[0].type());
            Value below = m.mul(c[0], m.sub(m.exp(x[0]), m.k(1f)));
            return m.select(m.lt(x[0], m.k(0f)), below, x[0]);
        }
    }

    /** {@code alpha * x + beta} clipped to [0, 1]; slots alpha, beta. */
    record HardSigmoid() implements PlainBody {
        @Override
        public String name() {
            return "hard_sigmoid";
        }

        @Override
        public String slots() {
            return "ff";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            FloatSteps m = new FloatSteps(f, x[0].type());
            Value line = m.add(m.mul(c[0], x[0]), c[1]);
            return m.select(m.lt(line, m.k(0f)), m.k(0f), m.select(m.gt(line, m.k(1f)), m.k(1f), line));
        }
    }

    /** f32 function of two operands; all kinds but MOD; slots none. */
    record FloatBinary(BinaryKind kind) implements PlainBody {
        @Override
        public String name() {
            return "float_" + kind.name().toLowerCase(Locale.ROOT);
        }

        @Override
        public String slots() {
            return "";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            Value a = x[0];
            Value b = x[1];
            return switch (kind) {
                case ADD -> f.fadd(a, b);
                case SUB -> f.fsub(a, b);
                case MUL -> f.fmul(a, b);
                case DIV -> f.fdiv(a, b);
                case MIN -> f.select(f.fcmp("olt", a, b), a, b);
                case MAX -> f.select(f.fcmp("ogt", a, b), a, b);
                case POW -> new FloatPowerFunction(f, a.type()).pow(a, b);
                case MOD -> throw new IllegalArgumentException("no vector form of fmod");
            };
        }
    }

    /**
     * Integer function of two operands; all kinds but POW; slots none. A divisor of 0, which the interpreter refuses,
     * counts as 1.
     */
    record IntBinary(BinaryKind kind, ScalarType type) implements PlainBody {
        @Override
        public String name() {
            return kind.name().toLowerCase(Locale.ROOT) + "_" + type;
        }

        @Override
        public String slots() {
            return "";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            IrType wide = IrType.I64.vec(x[0].type().lanes());
            Value a = f.sext(x[0], wide);
            Value b = f.sext(x[1], wide);
            boolean unsigned = type == ScalarType.U64;
            return switch (kind) {
                case ADD -> f.add(a, b);
                case SUB -> f.sub(a, b);
                case MUL -> f.mul(a, b);
                case MIN -> unsigned ? f.umin(a, b) : f.smin(a, b);
                case MAX -> unsigned ? f.umax(a, b) : f.smax(a, b);
                case DIV -> unsigned ? f.udiv(a, notZero(f, b)) : quotient(f, a, b);
                case MOD -> unsigned ? f.urem(a, notZero(f, b)) : floorMod(f, a, b);
                case POW -> throw new IllegalArgumentException("no loop for integer powers");
            };
        }

        private static Value notZero(FunctionBuilder f, Value b) {
            return f.select(f.icmp("eq", b, Value.zero(b.type())), Value.of(b.type(), 1), b);
        }

        // The quotient by -1 is the negation, which never overflows into a trap.
        private static Value quotient(FunctionBuilder f, Value a, Value b) {
            Value minus = f.icmp("eq", b, Value.of(b.type(), -1));
            Value safe = f.select(minus, Value.of(b.type(), 1), notZero(f, b));
            return f.select(minus, f.sub(Value.zero(a.type()), a), f.sdiv(a, safe));
        }

        private static Value floorMod(FunctionBuilder f, Value a, Value b) {
            Value zero = Value.zero(a.type());
            Value rest = f.sub(a, f.mul(quotient(f, a, b), notZero(f, b)));
            Value differs = f.icmp("slt", f.xor(rest, b), zero);
            Value fix = f.and(differs, f.icmp("ne", rest, zero));
            return f.select(fix, f.add(rest, b), rest);
        }
    }

    /** Comparison of two operands, giving 0 or 1; slots none. */
    record Compare(CompareKind kind, ScalarType type) implements PlainBody {
        @Override
        public String name() {
            return "compare_" + kind.name().toLowerCase(Locale.ROOT);
        }

        @Override
        public String slots() {
            return "";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            Value bit = switch (kind) {
                case AND -> f.and(isTrue(f, x[0]), isTrue(f, x[1]));
                case OR -> f.or(isTrue(f, x[0]), isTrue(f, x[1]));
                case XOR -> f.xor(isTrue(f, x[0]), isTrue(f, x[1]));
                case EQUAL -> ordered(f, x, "eq");
                case LESS -> ordered(f, x, "lt");
                case LESS_OR_EQUAL -> ordered(f, x, "le");
                case GREATER -> ordered(f, x, "gt");
                case GREATER_OR_EQUAL -> ordered(f, x, "ge");
            };
            return f.zext(bit, IrType.I32.vec(x[0].type().lanes()));
        }

        private Value ordered(FunctionBuilder f, Value[] x, String relation) {
            if (type.isFloat()) {
                return f.fcmp("o" + relation, x[0], x[1]);
            }
            String sign = type == ScalarType.U64 ? "u" : "s";
            return f.icmp(relation.equals("eq") ? "eq" : sign + relation, x[0], x[1]);
        }

        private static Value isTrue(FunctionBuilder f, Value x) {
            Value zero = Value.zero(x.type());
            return x.type().isFloat() ? f.fcmp("une", x, zero) : f.icmp("ne", x, zero);
        }
    }

    /** Operand 1 where operand 0 is not 0, else operand 2; slots none. */
    record Where() implements PlainBody {
        @Override
        public String name() {
            return "where";
        }

        @Override
        public String slots() {
            return "";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            return f.select(f.icmp("ne", x[0], Value.zero(x[0].type())), x[1], x[2]);
        }
    }

    /** {@link quantwright.ir.op.Cast}; slots none. */
    record Cast(ScalarType from, ScalarType to) implements PlainBody {
        @Override
        public String name() {
            return "cast_" + from + "_" + to;
        }

        @Override
        public String slots() {
            return "";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            int lanes = x[0].type().lanes();
            Value v = x[0];
            IrType wide = IrType.I64.vec(lanes);
            if (to == ScalarType.BOOL) {
                Value zero = Value.zero(v.type());
                return f.zext(from.isFloat() ? f.fcmp("une", v, zero) : f.icmp("ne", v, zero), IrType.I32.vec(lanes));
            }
            if (!from.isFloat()) {
                IrType real = to == ScalarType.F64 ? IrType.F64.vec(lanes) : IrType.F32.vec(lanes);
                return !to.isFloat() ? f.sext(v, wide) : from == ScalarType.U64 ? f.uitofp(v, real) : f.sitofp(v, real);
            }
            Value exact = f.fpext(v, IrType.F64.vec(lanes));
            return switch (to) {
                case F64 -> exact;
                case F32 -> f.fptrunc(exact, IrType.F32.vec(lanes));
                case U64 -> f.intrinsic("llvm.fptoui.sat." + wide.suffix() + "." + exact.type().suffix(), wide, exact);
                default -> {
                    Value whole = f.intrinsic("llvm.fptosi.sat." + wide.suffix() + "." + exact.type().suffix(), wide,
                            exact);
                    yield to == ScalarType.I64 ? whole
                            : f.smin(f.smax(whole, Value.of(wide, to.minValue())), Value.of(wide, to.maxValue()));
                }
            };
        }
    }

    /** {@link quantwright.ir.op.BatchNorm}; operands x, scale, bias, mean, variance; slots epsilon. */
    record BatchNorm() implements PlainBody {
        @Override
        public String name() {
            return "batch_norm";
        }

        @Override
        public String slots() {
            return "f";
        }

        @Override
        public Value apply(FunctionBuilder f, Value[] x, Value[] c) {
            Value deviation = f.sqrt(f.fadd(x[4], c[0]));
            return f.fadd(f.fmul(f.fdiv(f.fsub(x[0], x[3]), deviation), x[1]), x[2]);
        }
    }
}
