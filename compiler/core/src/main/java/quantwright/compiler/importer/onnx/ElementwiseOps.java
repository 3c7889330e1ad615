package quantwright.compiler.importer.onnx;

import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Cast;
import quantwright.ir.op.Compare;
import quantwright.ir.op.CompareKind;
import quantwright.ir.op.Identity;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.op.Where;
import quantwright.ir.type.ScalarType;

/** Elementwise functions of several operands under NumPy broadcasting, and of one. */
final class ElementwiseOps {
    private ElementwiseOps() {
    }

    static void register(OpTable table) {
        binary(table, "Add", BinaryKind.ADD);
        binary(table, "Sub", BinaryKind.SUB);
        binary(table, "Mul", BinaryKind.MUL);
        binary(table, "Div", BinaryKind.DIV);
        table.add("Pow", ElementwiseOps::pow);
        table.add("Mod", ElementwiseOps::mod);
        table.add("PRelu", ElementwiseOps::prelu);
        table.add("IsNaN", ElementwiseOps::isNaN);
        table.add("IsInf", ElementwiseOps::isInf);
        table.add("Tan", ElementwiseOps::tan);
        table.add("Sinh", cx -> hyperbolic(cx, BinaryKind.SUB));
        table.add("Cosh", cx -> hyperbolic(cx, BinaryKind.ADD));
        table.add("Sum", cx -> cx.set(0, variadic(cx, BinaryKind.ADD)));
        table.add("Min", cx -> cx.set(0, variadic(cx, BinaryKind.MIN)));
        table.add("Max", cx -> cx.set(0, variadic(cx, BinaryKind.MAX)));
        table.add("Mean", ElementwiseOps::mean);
        table.add("Where", cx -> cx.set(0, cx.emit(new Where(), cx.input(0), cx.input(1), cx.input(2))));
        compare(table, "Equal", CompareKind.EQUAL);
        compare(table, "Less", CompareKind.LESS);
        compare(table, "LessOrEqual", CompareKind.LESS_OR_EQUAL);
        compare(table, "Greater", CompareKind.GREATER);
        compare(table, "GreaterOrEqual", CompareKind.GREATER_OR_EQUAL);
        compare(table, "And", CompareKind.AND);
        compare(table, "Or", CompareKind.OR);
        compare(table, "Xor", CompareKind.XOR);
        unary(table, "Relu", UnaryKind.RELU);
        unary(table, "Sigmoid", UnaryKind.SIGMOID);
        unary(table, "Tanh", UnaryKind.TANH);
        unary(table, "Exp", UnaryKind.EXP);
        unary(table, "Log", UnaryKind.LOG);
        unary(table, "Sqrt", UnaryKind.SQRT);
        unary(table, "Reciprocal", UnaryKind.RECIPROCAL);
        unary(table, "Neg", UnaryKind.NEG);
        unary(table, "Abs", UnaryKind.ABS);
        unary(table, "Floor", UnaryKind.FLOOR);
        unary(table, "Ceil", UnaryKind.CEIL);
        unary(table, "Round", UnaryKind.ROUND);
        unary(table, "Sign", UnaryKind.SIGN);
        unary(table, "Erf", UnaryKind.ERF);
        unary(table, "HardSwish", UnaryKind.HARD_SWISH);
        unary(table, "Softplus", UnaryKind.SOFTPLUS);
        unary(table, "Sin", UnaryKind.SIN);
        unary(table, "Cos", UnaryKind.COS);
        unary(table, "Not", UnaryKind.NOT);
    }

    private static void binary(OpTable table, String opType, BinaryKind kind) {
        table.add(opType, cx -> cx.set(0, cx.emit(new Binary(kind), cx.input(0), cx.input(1))));
    }

    private static void compare(OpTable table, String opType, CompareKind kind) {
        table.add(opType, cx -> cx.set(0, cx.emit(new Compare(kind), cx.input(0), cx.input(1))));
    }

    private static void unary(OpTable table, String opType, UnaryKind kind) {
        table.add(opType, cx -> cx.set(0, cx.emit(new Unary(kind), cx.input(0))));
    }

    private static Edge variadic(NodeContext cx, BinaryKind kind) {
        Edge y = cx.input(0);
        if (cx.inputCount() == 1) {
            return cx.emit(new Identity(), y);
        }
        for (int i = 1; i < cx.inputCount(); i++) {
            y = cx.emit(new Binary(kind), y, cx.input(i));
        }
        return y;
    }

    private static void mean(NodeContext cx) {
        Edge sum = variadic(cx, BinaryKind.ADD);
        cx.set(0, cx.emit(new Binary(BinaryKind.DIV), sum, Emitter.scalar(sum.type().storage(), cx.inputCount())));
    }

    private static void pow(NodeContext cx) {
        Edge base = cx.input(0);
        Edge exponent = cx.input(1);
        ScalarType type = base.type().storage();
        if (exponent.type().storage() == type) {
            cx.set(0, cx.emit(new Binary(BinaryKind.POW), base, exponent));
        } else if (exponent.type().storage().isFloat() && !type.isFloat()) {
            // The power is taken in the exponent's type and then converted back.
            Edge y = cx.emit(new Binary(BinaryKind.POW), cx.emit(new Cast(exponent.type().storage()), base), exponent);
            cx.set(0, cx.emit(new Cast(type), y));
        } else {
            cx.set(0, cx.emit(new Binary(BinaryKind.POW), base, cx.emit(new Cast(type), exponent)));
        }
    }

    // The IR's remainder has the divisor's sign on integers and the dividend's on floats; fmod asks for the dividend's.
    private static void mod(NodeContext cx) {
        Edge a = cx.input(0);
        Edge b = cx.input(1);
        boolean fmod = cx.attributes().flag("fmod", false);
        boolean isFloat = a.type().storage().isFloat();
        if (isFloat && !fmod) {
            throw cx.unsupported("attribute 'fmod' must be 1 for " + a.type().storage());
        }
        if (isFloat || !fmod) {
            cx.set(0, cx.emit(new Binary(BinaryKind.MOD), a, b));
        } else {
            Edge whole = cx.emit(new Binary(BinaryKind.MUL), cx.emit(new Binary(BinaryKind.DIV), a, b), b);
            cx.set(0, cx.emit(new Binary(BinaryKind.SUB), a, whole));
        }
    }

    // x == x fails for NaN alone
    private static void isNaN(NodeContext cx) {
        Edge x = cx.input(0);
        cx.set(0, cx.emit(new Unary(UnaryKind.NOT), cx.emit(new Compare(CompareKind.EQUAL), x, x)));
    }

    private static void isInf(NodeContext cx) {
        Edge x = cx.input(0);
        boolean positive = cx.attributes().flag("detect_positive", true);
        boolean negative = cx.attributes().flag("detect_negative", true);
        Edge seen = positive && negative ? cx.emit(new Unary(UnaryKind.ABS), x) : x;
        double limit = positive ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        if (!positive && !negative) {
            // Nothing is looked for: false everywhere.
            Edge same = cx.emit(new Compare(CompareKind.EQUAL), x, x);
            cx.set(0, cx.emit(new Compare(CompareKind.XOR), same, same));
            return;
        }
        cx.set(0, cx.emit(new Compare(CompareKind.EQUAL), seen, Emitter.scalar(x.type().storage(), limit)));
    }

    private static void tan(NodeContext cx) {
        Edge x = cx.input(0);
        cx.set(0, cx.emit(new Binary(BinaryKind.DIV), cx.emit(new Unary(UnaryKind.SIN), x),
                cx.emit(new Unary(UnaryKind.COS), x)));
    }

    // (exp(x) +- exp(-x)) / 2
    private static void hyperbolic(NodeContext cx, BinaryKind kind) {
        Edge x = cx.input(0);
        Edge falling = cx.emit(new Unary(UnaryKind.EXP), cx.emit(new Unary(UnaryKind.NEG), x));
        Edge both = cx.emit(new Binary(kind), cx.emit(new Unary(UnaryKind.EXP), x), falling);
        cx.set(0, cx.emit(new Binary(BinaryKind.MUL), both, Emitter.scalar(x.type().storage(), 0.5)));
    }

    // x < 0 ? slope * x : x
    private static void prelu(NodeContext cx) {
        Edge x = cx.input(0);
        Edge negative = cx.emit(new Compare(CompareKind.LESS), x, Emitter.scalar(x.type().storage(), 0));
        Edge scaled = cx.emit(new Binary(BinaryKind.MUL), cx.input(1), x);
        cx.set(0, cx.emit(new Where(), negative, scaled, x));
    }
}
