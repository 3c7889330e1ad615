package quantwright.backend.llvm.cases;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import quantwright.ir.Value;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.Gather;
import quantwright.ir.op.MatMul;
import quantwright.ir.op.Pad;
import quantwright.ir.op.PadMode;
import quantwright.ir.op.QMatMul;
import quantwright.ir.op.QResize;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Resize;
import quantwright.ir.op.ResizeCoordinates;
import quantwright.ir.op.ResizeMode;
import quantwright.ir.op.ResizeNearest;
import quantwright.ir.op.ResizeSpec;
import quantwright.ir.op.Slice;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Matrix products of activations, resizing, gathering and padding on random shapes against the interpreter. */
public abstract class MatrixLoopsCases {
    private final Differential d;

    protected MatrixLoopsCases(GraphMachine machine) {
        d = new Differential(5, machine);
    }

    @BeforeEach
    void assume() {
        d.assume();
    }

    @AfterEach
    void finish() {
        d.finish();
    }

    private int[] batched(int rows, int columns) {
        return switch (d.random.nextInt(3)) {
            case 0 -> new int[] {rows, columns};
            case 1 -> new int[] {1, 3, rows, columns};
            default -> new int[] {2, d.random.nextBoolean() ? 1 : 3, rows, columns};
        };
    }

    @Test
    void multiplies() {
        for (int i = 0; i < 12; i++) {
            d.begin();
            int m = d.dim(9);
            int k = d.dim(40);
            int n = d.dim(70);
            boolean transposed = i % 2 == 0;
            int[] right = transposed ? batched(n, k) : batched(k, n);
            d.output(d.node(new MatMul(transposed), d.input(ScalarType.F32, batched(m, k)), d.input(ScalarType.F32,
                    right)));
            List<Tensor> inputs = new ArrayList<>();
            for (Value v : d.graph.inputs()) {
                Tensor t = Tensor.zeros(v.type());
                for (int j = 0; j < t.size(); j++) {
                    t.floats()[j] = (float) d.random.nextGaussian();
                }
                inputs.add(t);
            }
            d.check("matmul " + m + " " + k + " " + n + transposed, inputs);
        }
    }

    @Test
    void multipliesQuantizedValues() {
        for (int i = 0; i < 12; i++) {
            d.begin();
            int m = d.dim(9);
            int k = d.dim(40);
            int n = d.dim(50);
            boolean transposed = i % 2 == 0;
            Value a = d.node(new Quantize(), d.i8(), d.input(ScalarType.F32, batched(m, k)));
            Value b = d.input(d.quantized(i % 3 == 0 ? ScalarType.U8 : ScalarType.I8),
                    transposed ? batched(n, k) : batched(k, n));
            Rounding rounding = i % 4 < 2 ? Rounding.FLOAT32 : Rounding.SINGLE_ROUNDING;
            ElementType out = i % 5 == 0 ? ScalarType.I32 : QuantizedType.perTensor(ScalarType.I8, 3f, 5);
            Clamp clamp = i % 5 == 0 ? Clamp.full(ScalarType.I32) : Clamp.full(ScalarType.I8);
            Value y = d.node(new QMatMul(transposed, rounding, clamp), out, a, b);
            d.output(i % 5 == 0 ? y : d.node(new Dequantize(), y));
            d.check("quantized matmul " + i);
        }
    }

    @Test
    void resizes() {
        for (ResizeCoordinates coordinates : ResizeCoordinates.values()) {
            for (ResizeMode mode : ResizeMode.values()) {
                d.begin();
                int[] shape = {d.dim(2), d.dim(7), d.dim(9), d.dim(40)};
                int height = d.dim(15);
                int width = d.dim(15);
                ResizeSpec spec = new ResizeSpec(mode, coordinates, d.pick(Arrays.asList(ResizeNearest.values())),
                        height,
                        width, (float) height / shape[1], (float) width / shape[2]);
                Value x = d.input(ScalarType.F32, shape);
                d.output(d.node(new Resize(spec), x));
                QuantizedType type = d.quantized(d.pick(List.of(ScalarType.I8, ScalarType.U8)));
                Value q = d.node(new Quantize(), type, x);
                d.output(d.node(new Dequantize(), d.node(new QResize(spec, Rounding.FLOAT32), type, q)));
                d.output(d.node(new Dequantize(), d.node(new QResize(spec, Rounding.GEMMLOWP), type, q)));
                d.check("resize " + coordinates + mode);
            }
        }
    }

    @Test
    void gathers() {
        for (int i = 0; i < 12; i++) {
            d.begin();
            int[] shape = {d.dim(4), d.dim(6), d.dim(40)};
            int axis = d.random.nextInt(3);
            Tensor indices = Tensor.zeros(TensorType.of(i % 2 == 0 ? ScalarType.I64 : ScalarType.I32,
                    i % 3 == 0 ? new int[] {2, 3} : new int[] {d.dim(5)}));
            for (int k = 0; k < indices.size(); k++) {
                indices.setInteger(k, d.random.nextInt(-shape[axis], shape[axis]));
            }
            ElementType element = List.of(ScalarType.F32, ScalarType.I64, d.i8()).get(i % 3);
            Value x = d.input(element, shape);
            List<Tensor> inputs = new ArrayList<>(List.of(d.random(x.type())));
            Value picks;
            if (i % 2 == 0) {
                picks = d.constant(indices);
            } else {
                picks = d.input(indices.type().element(), indices.type().shape().toArray());
                inputs.add(indices);
            }
            Value y = d.node(new Gather(axis), x, picks);
            d.output(element instanceof QuantizedType ? d.node(new Dequantize(), y) : y);
            d.check("gather " + axis, inputs);
        }
    }

    @Test
    void pads() {
        for (int i = 0; i < 15; i++) {
            d.begin();
            PadMode mode = PadMode.values()[i % 3];
            int[] shape = {d.dim(2), 3 + d.dim(4), 3 + d.dim(4), d.dim(20)};
            int[] before = new int[4];
            int[] after = new int[4];
            for (int a = 1; a < 4; a++) {
                int most = mode == PadMode.REFLECT ? shape[a] - 1 : 4;
                before[a] = d.random.nextInt(-1, Math.min(4, most) + 1);
                after[a] = d.random.nextInt(0, Math.min(4, most) + 1);
                before[a] = shape[a] == 1 ? Math.max(0, before[a]) : before[a];
            }
            Pad pad = new Pad(Ints.of(before), Ints.of(after), mode, 1.25f);
            d.output(d.node(pad, d.input(ScalarType.F32, shape)));
            d.output(d.node(pad, d.input(ScalarType.I64, shape)));
            d.output(d.node(new Dequantize(), d.node(pad, d.node(new Quantize(), d.i8(), d.input(ScalarType.F32,
                    shape)))));
            d.check("pad " + mode + Arrays.toString(shape) + Arrays.toString(before) + Arrays.toString(after));
        }
    }

    @Test
    void slicesFromAnyStart() {
        for (int i = 0; i < 12; i++) {
            d.begin();
            int[] shape = {d.dim(3), d.dim(7), d.dim(9), d.dim(30)};
            int[] starts = new int[4];
            int[] sizes = new int[4];
            int[] steps = new int[4];
            for (int a = 0; a < 4; a++) {
                starts[a] = d.random.nextInt(shape[a]);
                boolean back = d.random.nextInt(4) == 0;
                steps[a] = back ? -1 : d.dim(2);
                sizes[a] = back ? starts[a] + 1 : (shape[a] - starts[a] + steps[a] - 1) / steps[a];
            }
            Slice slice = new Slice(Ints.of(starts), Ints.of(sizes), Ints.of(steps));
            d.output(d.node(slice, d.input(ScalarType.F32, shape)));
            d.output(d.node(new Dequantize(), d.node(slice, d.node(new Quantize(), d.i8(), d.input(ScalarType.F32,
                    shape)))));
            d.check("slice " + slice);
        }
    }

    @Test
    protected void indicesOutsideTheAxisReadNothingElse() {
        d.begin();
        Value x = d.input(ScalarType.F32, 5, 3);
        Value picks = d.input(ScalarType.I64, 4);
        d.output(d.node(new Gather(0), x, picks));
        Tensor values = d.random(x.type());
        List<Tensor> out = d.run(List.of(values, Tensor.of(TensorType.of(ScalarType.I64, 4),
                new long[] {Long.MAX_VALUE, Long.MIN_VALUE, 5, -6})));
        for (int i = 0; i < 4; i++) {
            int row = i % 2 == 0 ? 4 : 0;
            for (int c = 0; c < 3; c++) {
                org.junit.jupiter.api.Assertions.assertEquals(Float.floatToIntBits(values.floats()[row * 3 + c]),
                        Float.floatToIntBits(out.getFirst().floats()[i * 3 + c]), "index " + i);
            }
        }
    }
}
