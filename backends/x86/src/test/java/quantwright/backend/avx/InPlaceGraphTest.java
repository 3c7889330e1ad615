package quantwright.backend.avx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import quantwright.backend.CompileRequest;
import quantwright.backend.Manifest;
import quantwright.backend.llvm.cases.Differential;
import quantwright.ir.Value;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.Elu;
import quantwright.ir.op.Op;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QLookup;
import quantwright.ir.op.QMul;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Results that take an operand's memory, at sizes that no vector divides, against the interpreter. */
class InPlaceGraphTest {
    private static final Clamp FULL = Clamp.full(ScalarType.I8);

    @BeforeAll
    static void host() {
        X86Machines.graphs().assume();
    }

    /** Arena of the graph in hand, in steps of 64 bytes that one tensor of {@code bytes} and its slack take. */
    private static long tensors(Differential d, long bytes) {
        Manifest m = new AvxBackend().compile(new CompileRequest(d.graph, X86Machines.graphs().profiles().getFirst(), "m", true,
                CompileRequest.Progress.SILENT)).manifest();
        return m.arenaBytes() / ((bytes + 64 + 63) / 64 * 64);
    }

    @Test
    void chainsOfFloatFunctionsTakeOneBuffer() {
        Differential d = new Differential(5, X86Machines.graphs());
        for (int[] dims : List.of(new int[] {1, 3, 5, 7}, new int[] {2, 37}, new int[] {1, 4, 4, 32}, new int[] {1})) {
            d.begin();
            Value x = d.input(ScalarType.F32, dims);
            Value a = d.node(new Unary(UnaryKind.TANH), x);
            Value b = d.node(new Elu(0.5f), a);
            Value c = d.node(new Binary(BinaryKind.MUL), b, x);
            Value e = d.node(new Binary(BinaryKind.SUB), x, c);
            d.output(d.node(new Unary(UnaryKind.ABS), e));
            d.check("float " + List.of(dims));
            assertEquals(1, tensors(d, 4 * x.type().shape().elementCount()), "one buffer in the arena");
        }
    }

    @Test
    void aValueThatIsReadLaterKeepsItsBuffer() {
        Differential d = new Differential(6, X86Machines.graphs());
        Value x = d.input(ScalarType.F32, 1, 3, 5, 7);
        Value a = d.node(new Unary(UnaryKind.TANH), x);
        Value b = d.node(new Elu(0.5f), a);
        Value c = d.node(new Unary(UnaryKind.NEG), b);
        d.output(d.node(new Binary(BinaryKind.ADD), c, a));
        d.check("two buffers");
        assertEquals(2, tensors(d, 4 * 105), "a lives until the end");
    }

    @Test
    void quantizedChainsAreBitEqual() {
        Differential d = new Differential(7, X86Machines.graphs());
        for (int i = 0; i < 12; i++) {
            d.begin();
            int[] dims = {1, d.dim(5), d.dim(5), d.dim(40)};
            Op fixed = new QAdd(i % 3 == 0, i % 2 == 0 ? Rounding.FLOAT32 : Rounding.GEMMLOWP, FULL);
            Value x = d.input(d.i8(), dims);
            Value y = d.input(d.i8(), dims);
            Value a = d.node(fixed, d.i8(), x, y);
            Value b = d.node(new QClamp(new Clamp(-100, 90)), a);
            Value c = d.node(new Requantize(Rounding.FLOAT32), d.i8(), b);
            Value table = d.constant(d.random(TensorType.of(ScalarType.I8, 256)));
            Value e = d.node(new QLookup(), d.i8(), c, table);
            Value f = d.node(new QMul(Rounding.FLOAT32, FULL), d.i8(), y, e);
            d.output(d.node(new QAdd(false, Rounding.FLOAT32, FULL), d.i8(), f, x));
            d.check("quantized " + i);
        }
    }

    @Test
    void sumsBehindConvolutionsAreBitEqual() {
        Differential d = new Differential(8, X86Machines.graphs());
        for (int i = 0; i < 6; i++) {
            d.begin();
            int channels = List.of(3, 16, 20, 33, 64, 130).get(i);
            QuantizedType.PerTensor type = QuantizedType.perTensor(ScalarType.I8, 0.05f, 3);
            Tensor w = d.random(new TensorType(QuantizedType.perTensor(ScalarType.I8, 0.01f, 0),
                    quantwright.ir.type.Shape.of(channels, 3, 3, channels)));
            Value weights = d.constant(w);
            Op conv = new QConv2d(Window2d.of(3, 3, 1, 1).padded(1, 1, 1, 1), 1, Rounding.FLOAT32, FULL);
            Value x = d.input(type, 1, 7, 5, channels);
            Value first = d.node(conv, type, x, weights);
            Value second = d.node(conv, type, first, weights);
            Value sum = d.node(new QAdd(false, Rounding.FLOAT32, FULL), type, second, first);
            Value third = d.node(conv, type, sum, weights);
            d.output(d.node(new QAdd(false, Rounding.FLOAT32, FULL), type, sum, third));
            d.check("residual " + channels);
        }
    }

    /** A sum of 16 bits that only floats read, of terms of 8 bits: what the end of a float and integer plan looks like. */
    @Test
    void sumsOfAnotherWidthBehindConvolutionsAreBitEqual() {
        Differential d = new Differential(9, X86Machines.graphs());
        for (int channels : new int[] {16, 20, 64}) {
            d.begin();
            QuantizedType.PerTensor narrow = QuantizedType.perTensor(ScalarType.I8, 0.05f, 3);
            QuantizedType.PerTensor wide = QuantizedType.perTensor(ScalarType.I16, 0.0004f, -11);
            Value weights = d.constant(d.random(new TensorType(QuantizedType.perTensor(ScalarType.I8, 0.01f, 0),
                    quantwright.ir.type.Shape.of(channels, 3, 3, channels))));
            Op conv = new QConv2d(Window2d.of(3, 3, 1, 1).padded(1, 1, 1, 1), 1, Rounding.FLOAT32, FULL);
            Value x = d.input(narrow, 1, 7, 5, channels);
            Value first = d.node(conv, narrow, x, weights);
            Value second = d.node(conv, narrow, first, weights);
            Value sum = d.node(new QAdd(false, Rounding.FLOAT32, Clamp.full(ScalarType.I16)), wide, second, first);
            d.output(d.node(new Dequantize(), sum));
            d.check("residual of 16 bits " + channels);
        }
    }
}
