package quantwright.backend.llvm.cases;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import quantwright.ir.Value;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.BatchNorm;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Cast;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Compare;
import quantwright.ir.op.CompareKind;
import quantwright.ir.op.Elu;
import quantwright.ir.op.HardSigmoid;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.Transpose;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.op.Where;
import quantwright.ir.type.Ints;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Elementwise ops of plain elements on random shapes against the interpreter. */
public abstract class PlainLoopsCases {
    private final Differential d;

    protected PlainLoopsCases(GraphMachine machine) {
        d = new Differential(7, machine);
    }

    @BeforeEach
    void assume() {
        d.assume();
    }

    @AfterEach
    void finish() {
        d.finish();
    }

    @Test
    void unaryFunctionsAgreeOnEveryKindOfFloat() {
        d.begin();
        Value x = d.input(ScalarType.F32, 3, 1111);
        for (UnaryKind kind : UnaryKind.values()) {
            if (kind != UnaryKind.NOT) {
                d.output(d.node(new Unary(kind), x));
            }
        }
        d.output(d.node(new Clip(-1.5f, 6f), x));
        d.output(d.node(new Clip(Float.NEGATIVE_INFINITY, 0f), x));
        d.output(d.node(new LeakyRelu(0.1f), x));
        d.output(d.node(new Elu(1.3f), x));
        d.output(d.node(new HardSigmoid(0.2f, 0.5f), x));
        Tensor values = Tensor.zeros(TensorType.of(ScalarType.F32, 3, 1111));
        for (int i = 0; i < values.size(); i++) {
            values.floats()[i] = i < Differential.SPECIAL.length ? Differential.SPECIAL[i]
                    : i % 3 == 0 ? Float.intBitsToFloat(d.random.nextInt()) : (float) (d.random.nextGaussian() * 8);
        }
        d.check("unary", List.of(values));
    }

    @Test
    void integerFunctions() {
        for (ScalarType type : List.of(ScalarType.I64, ScalarType.I32, ScalarType.I8, ScalarType.U8, ScalarType.U32,
                ScalarType.I16, ScalarType.U64)) {
            d.begin();
            Value x = d.input(type, 5, d.dim(30));
            for (UnaryKind kind : List.of(UnaryKind.RELU, UnaryKind.NEG, UnaryKind.ABS, UnaryKind.SIGN,
                    UnaryKind.NOT)) {
                d.output(d.node(new Unary(kind), x));
            }
            if (type != ScalarType.U64) {
                d.output(d.node(new Clip(-3.5f, 100f), x));
            }
            d.check("integers " + type);
        }
        d.begin();
        d.output(d.node(new Unary(UnaryKind.NOT), d.input(ScalarType.BOOL, 37)));
        d.check("not");
    }

    @Test
    void binaryFunctionsBroadcast() {
        for (int i = 0; i < 10; i++) {
            d.begin();
            int[] full = i % 3 == 0 ? new int[] {2, d.dim(4), d.dim(6), d.dim(33)} : new int[] {d.dim(9), d.dim(70)};
            int[] some = full.clone();
            for (int a = 0; a < some.length; a++) {
                some[a] = d.random.nextBoolean() ? 1 : some[a];
            }
            some = Arrays.copyOfRange(some, d.random.nextInt(some.length), some.length);
            Value a = d.input(ScalarType.F32, full);
            Value b = d.random.nextBoolean() ? d.input(ScalarType.F32, some)
                    : d.constant(d.random(TensorType.of(ScalarType.F32, some)));
            for (BinaryKind kind : BinaryKind.values()) {
                if (kind != BinaryKind.MOD) {
                    d.output(d.node(new Binary(kind), i % 2 == 0 ? new Value[] {a, b} : new Value[] {b, a}));
                }
            }
            for (CompareKind kind : CompareKind.values()) {
                d.output(d.node(new Compare(kind), a, b));
            }
            d.output(d.node(new Where(), d.node(new Compare(CompareKind.LESS), a, b), a, b));
            d.check("binary " + Arrays.toString(full) + Arrays.toString(some));
        }
    }

    @Test
    void integerBinaryFunctions() {
        for (ScalarType type : List.of(ScalarType.I64, ScalarType.I32, ScalarType.U8, ScalarType.U64, ScalarType.I8)) {
            d.begin();
            Value a = d.input(type, 6, 21);
            Tensor divisors = d.random(TensorType.of(type, 21));
            for (int i = 0; i < 21; i++) {
                divisors.setInteger(i, divisors.integer(i) == 0 ? -1 : divisors.integer(i));
            }
            Value b = d.constant(divisors);
            for (BinaryKind kind : BinaryKind.values()) {
                if (kind != BinaryKind.POW) {
                    d.output(d.node(new Binary(kind), a, b));
                }
            }
            for (CompareKind kind : CompareKind.values()) {
                d.output(d.node(new Compare(kind), a, b));
            }
            d.check("binary " + type);
        }
    }

    @Test
    void casts() {
        List<ScalarType> types = List.of(ScalarType.F32, ScalarType.F64, ScalarType.I64, ScalarType.U64, ScalarType.I32,
                ScalarType.U32, ScalarType.I16, ScalarType.U16, ScalarType.I8, ScalarType.U8, ScalarType.BOOL);
        for (ScalarType from : types) {
            d.begin();
            Value x = d.input(from, 3, 29);
            for (ScalarType to : types) {
                d.output(d.node(new Cast(to), x));
            }
            d.check("cast from " + from);
        }
    }

    @Test
    void batchNormsAndTransposedOperands() {
        for (int i = 0; i < 6; i++) {
            d.begin();
            int[] shape = {2, d.dim(5), d.dim(6), d.dim(20)};
            int axis = 1 + d.random.nextInt(3);
            Value[] operands = new Value[5];
            operands[0] = d.input(ScalarType.F32, shape);
            for (int k = 1; k < 5; k++) {
                Tensor t = d.random(TensorType.of(ScalarType.F32, shape[axis]));
                for (int c = 0; k == 4 && c < t.size(); c++) {
                    t.floats()[c] = Math.abs(t.floats()[c]);
                }
                operands[k] = d.constant(t);
            }
            Value y = d.node(new BatchNorm(axis, 1e-5f), operands);
            Value t = d.node(new Transpose(Ints.of(0, 3, 1, 2)), y);
            d.output(d.node(new Binary(BinaryKind.ADD), t, t));
            d.check("batch norm " + axis);
        }
    }
}
