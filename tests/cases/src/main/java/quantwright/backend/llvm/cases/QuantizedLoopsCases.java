package quantwright.backend.llvm.cases;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import quantwright.ir.Value;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QMul;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.Transpose;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Elementwise quantized ops on random shapes against the interpreter. */
public abstract class QuantizedLoopsCases {
    private static final List<Rounding> ROUNDINGS = List.of(Rounding.FLOAT32, Rounding.GEMMLOWP,
            Rounding.SINGLE_ROUNDING,
            fixed(15, Rounding.Mode.HALF_UP, Rounding.Intermediate.I64), fixed(16, Rounding.Mode.FLOOR,
            Rounding.Intermediate.I64),
            fixed(32, Rounding.Mode.HALF_EVEN, Rounding.Intermediate.I64), fixed(31, Rounding.Mode.HALF_AWAY,
            Rounding.Intermediate.I32),
            fixed(31, Rounding.Mode.TOWARD_ZERO, Rounding.Intermediate.I64), fixed(31, Rounding.Mode.HALF_EVEN,
            Rounding.Intermediate.I32));
    private final Differential d;

    protected QuantizedLoopsCases(GraphMachine machine) {
        d = new Differential(42, machine);
    }

    private static Rounding fixed(int bits, Rounding.Mode mode, Rounding.Intermediate width) {
        return new Rounding.Fixed(bits, mode, width);
    }

    @BeforeEach
    void assume() {
        d.assume();
    }

    @AfterEach
    void finish() {
        d.finish();
    }

    private int[] shape() {
        return switch (d.random.nextInt(4)) {
            case 0 -> new int[] {1, d.dim(7), d.dim(9), d.dim(40)};
            case 1 -> new int[] {d.dim(3), d.dim(100)};
            case 2 -> new int[] {d.dim(70)};
            default -> new int[] {d.dim(2), d.dim(5), d.dim(5), d.dim(5)};
        };
    }

    /** A shape that broadcasts with {@code full}. */
    private int[] narrowed(int[] full) {
        int[] s = full.clone();
        for (int i = 0; i < s.length; i++) {
            s[i] = d.random.nextInt(3) == 0 ? 1 : s[i];
        }
        int drop = d.random.nextInt(3) == 0 ? d.random.nextInt(s.length) : 0;
        return java.util.Arrays.copyOfRange(s, drop, s.length);
    }

    private Clamp clamp(QuantizedType type) {
        if (d.random.nextBoolean()) {
            return Clamp.full(type.storage());
        }
        int low = d.random.nextInt(-100, 50);
        return new Clamp(Math.max(low, (int) type.storage().minValue()), Math.max(low, 0) + d.random.nextInt(60));
    }

    @Test
    void quantizesAndDequantizes() {
        for (int i = 0; i < 12; i++) {
            d.begin();
            int[] shape = shape();
            Value x = d.input(ScalarType.F32, shape);
            Value q = d.node(new Quantize(), d.quantized(d.pick(List.of(ScalarType.I8, ScalarType.U8,
                    ScalarType.I16))), x);
            Value y = d.node(new Dequantize(), q);
            d.output(y);
            d.output(q);
            d.check("quantize " + i);
        }
    }

    @Test
    void quantizesAlongAnAxis() {
        for (int i = 0; i < 8; i++) {
            d.begin();
            int[] shape = shape();
            int axis = d.random.nextInt(shape.length);
            float[] scales = new float[shape[axis]];
            int[] zeros = new int[scales.length];
            for (int k = 0; k < scales.length; k++) {
                scales[k] = (float) Math.exp(d.random.nextGaussian());
                zeros[k] = d.random.nextInt(-128, 128);
            }
            QuantizedType type = new QuantizedType.PerAxis(ScalarType.I8, ScalarType.F32, axis,
                    quantwright.ir.type.Floats.of(scales), Ints.of(zeros));
            Value q = d.node(new Quantize(), type, d.input(ScalarType.F32, shape));
            d.output(d.node(new Dequantize(), q));
            Value sums = d.input(ScalarType.I32, shape);
            QuantizedType wide = new QuantizedType.PerAxis(ScalarType.I32, ScalarType.F32, axis,
                    quantwright.ir.type.Floats.of(scales), Ints.of(new int[scales.length]));
            d.output(d.node(new Dequantize(), d.node(new QReinterpret(), wide, sums)));
            d.check("per axis " + i);
        }
    }

    @Test
    void quantizesTransposedInputs() {
        for (int i = 0; i < 6; i++) {
            d.begin();
            Value x = d.input(ScalarType.F32, d.dim(2), d.dim(4), d.dim(20), d.dim(40));
            Value t = d.node(new Transpose(Ints.of(0, 2, 3, 1)), x);
            Value q = d.node(new Quantize(), d.i8(), t);
            d.output(d.node(new Dequantize(), q));
            d.check("edge " + i);
        }
    }

    @Test
    void requantizes() {
        for (int i = 0; i < 24; i++) {
            d.begin();
            Rounding rounding = ROUNDINGS.get(i % ROUNDINGS.size());
            Value x = d.input(d.quantized(d.pick(List.of(ScalarType.I8, ScalarType.U8, ScalarType.I16))), shape());
            d.output(d.node(new Requantize(rounding), d.quantized(d.pick(List.of(ScalarType.I8, ScalarType.U8))), x));
            Value y = d.node(new Requantize(rounding), d.i8(), x);
            d.output(d.node(new QClamp(clamp(d.i8())), y));
            d.check("requantize " + rounding);
        }
    }

    @Test
    void addsAndMultiplies() {
        for (int i = 0; i < 36; i++) {
            d.begin();
            Rounding rounding = ROUNDINGS.get(i % ROUNDINGS.size());
            int[] shape = shape();
            ScalarType storage = d.pick(List.of(ScalarType.I8, ScalarType.I8, ScalarType.U8, ScalarType.I16));
            Value a = d.input(d.quantized(storage), shape);
            QuantizedType.PerTensor type = d.quantized(storage);
            boolean constant = d.random.nextBoolean();
            Value b = constant ? d.constant(d.random(TensorType.of(type, narrowed(shape)))) : d.input(type,
                    narrowed(shape));
            QuantizedType out = d.i8();
            Value sum = d.node(new QAdd(d.random.nextBoolean(), rounding, clamp(out)), out, d.random.nextBoolean()
                    ? new Value[] {a, b} : new Value[] {b, a});
            d.output(sum);
            d.output(d.node(new QMul(rounding, clamp(out)), d.i8(), a, b));
            d.check("add " + rounding);
        }
    }

    @Test
    void concatenatesOtherScales() {
        for (int i = 0; i < 8; i++) {
            d.begin();
            int axis = d.random.nextInt(4);
            int[] shape = {1, d.dim(5), d.dim(5), d.dim(20)};
            QuantizedType out = d.i8();
            Value[] parts = new Value[3];
            for (int k = 0; k < 3; k++) {
                int[] s = shape.clone();
                s[axis] = d.dim(6);
                parts[k] = d.node(new Quantize(), k == 1 ? out : d.i8(), d.input(ScalarType.F32, s));
            }
            Value joined = d.node(new QConcat(axis, ROUNDINGS.get(i % ROUNDINGS.size())), out, parts);
            d.output(d.node(new Dequantize(), joined));
            d.check("concat " + i);
        }
    }

    @Test
    void reinterpretsUnsignedInputs() {
        for (int i = 0; i < 6; i++) {
            d.begin();
            QuantizedType.PerTensor u8 = QuantizedType.perTensor(ScalarType.U8, 0.01f, 128);
            QuantizedType.PerTensor i8 = QuantizedType.perTensor(ScalarType.I8, 0.01f, 0);
            Value x = d.input(u8, shape());
            Value y = d.node(new QReinterpret(), i8, x);
            Value sum = d.node(new QAdd(false, Rounding.FLOAT32, Clamp.full(ScalarType.I8)), i8, y, y);
            d.output(d.node(new QReinterpret(), u8, sum));
            d.output(y);
            d.output(d.node(new QReinterpret(), ScalarType.I8, y));
            d.check("reinterpret " + i);
        }
    }
}
