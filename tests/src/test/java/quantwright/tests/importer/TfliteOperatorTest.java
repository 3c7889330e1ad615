package quantwright.tests.importer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.flatbuffers.FlatBufferBuilder;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.importer.tflite.TfliteImporter;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Quantization;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.interp.Interpreter;
import quantwright.tests.importer.OneOperatorModel.Operand;
import quantwright.tests.importer.OneOperatorModel.Operator;
import quantwright.tests.peer.TfLitePeer;

/**
 * Quantized operators one at a time, with random scales and zero points, against TensorFlow Lite's own kernels: the
 * same bytes. The catalogue's models hold few of these, and few scales.
 */
class TfliteOperatorTest {
    private static final int ROUNDS = 12;

    @TempDir
    private static Path folder;

    private final SplittableRandom random = new SplittableRandom(11);

    private float scale() {
        return (float) Math.exp(random.nextDouble() * 4 - 5);
    }

    private int zero() {
        return random.nextInt(-128, 128);
    }

    private byte[] bytes(int n) {
        byte[] data = new byte[n];
        random.nextBytes(data);
        return data;
    }

    private static int empty(FlatBufferBuilder b) {
        b.startTable(1);
        return b.endTable();
    }

    private static byte[] peer(byte[] model, byte[]... inputs) throws Exception {
        Path file = Files.write(folder.resolve("op.tflite"), model);
        try (var peer = TfLitePeer.load(file, TfLitePeer.Kernels.BUILTIN)) {
            for (int i = 0; i < inputs.length; i++) {
                peer.feed(i, inputs[i]);
            }
            peer.invoke();
            return peer.output(0).data();
        }
    }

    private static void same(String what, Operator operator, List<Operand> operands, Operand result, byte[]... inputs)
            throws Exception {
        byte[] model = OneOperatorModel.write(operator, operands, result);
        byte[] expected = peer(model, inputs);
        var graph = new TfliteImporter().importModel(folder.resolve("op.tflite"), ImportOptions.none(),
            new DiagnosticSink());
        var fed = new ArrayList<Tensor>();
        for (int i = 0; i < inputs.length; i++) {
            fed.add(Tensor.unpack(graph.inputs().get(i).type(), MemorySegment.ofArray(inputs[i])));
        }
        assertArrayEquals(expected, Interpreter.run(graph, fed, null).getFirst().pack(), what);
    }

    @ParameterizedTest
    @CsvSource({"ADD, 0, 11", "SUB, 41, 28", "MUL, 18, 21"})
    void binary(String name, int code, int options) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            float a = scale();
            float b = scale();
            float out = code == 18 ? a * b * 40 : Math.max(a, b) * (0.6f + 2 * random.nextFloat());
            same(name + " round " + round, new Operator(code, 2, options, TfliteOperatorTest::empty), List.of(
                Operand.of(OneOperatorModel.I8, a, zero(), 1, 8, 8, 16),
                Operand.of(OneOperatorModel.I8, b, zero(), 1, 8, 8, 16)),
                Operand.of(OneOperatorModel.I8, out, zero(), 1, 8, 8, 16), bytes(1024), bytes(1024));
        }
    }

    @Test
    void requantize() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            float in = scale();
            float out = in * (0.4f + 2 * random.nextFloat());
            int type = round % 2 == 0 ? OneOperatorModel.I8 : OneOperatorModel.U8;
            same("round " + round, Operator.of(114), List.of(Operand.of(OneOperatorModel.I8, in, zero(), 1, 1000)),
                Operand.of(type, out, zero() + (type == OneOperatorModel.U8 ? 128 : 0), 1, 1000), bytes(1000));
        }
    }

    /** The op of ours rounds half to even, as ONNX; TensorFlow Lite's formula is recorded beside it. */
    @Test
    void quantizingRealsDividesInDoubleWithTiesAwayFromZero() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            float scale = scale();
            int zero = zero();
            float[] x = new float[4000];
            var data = ByteBuffer.allocate(16_000).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < x.length; i++) {
                x[i] = i % 2 == 0 ? (random.nextInt(-300, 300) + 0.5f) * scale
                    : (random.nextFloat() - 0.5f) * 400 * scale;
                data.putFloat(x[i]);
            }
            byte[] expected = peer(OneOperatorModel.write(Operator.of(114),
                List.of(Operand.of(OneOperatorModel.F32, 0, 0, 4000)),
                Operand.of(OneOperatorModel.I8, scale, zero, 4000)), data.array());
            for (int i = 0; i < x.length; i++) {
                assertEquals(expected[i], Quantization.quantizeTflite(x[i], scale, new QuantRange(zero, -128, 127)));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"LOGISTIC, 14, 0.00390625, -128", "TANH, 28, 0.0078125, 0", "LEAKY_RELU, 98, 0, 0"})
    void tables(String name, int code, float outScale, int outZero) throws Exception {
        byte[] all = new byte[256];
        for (int i = 0; i < 256; i++) {
            all[i] = (byte) (i - 128);
        }
        for (int round = 0; round < ROUNDS; round++) {
            float in = scale();
            float alpha = 0.01f + 0.4f * random.nextFloat();
            var operator = code != 98 ? Operator.of(code) : new Operator(code, 2, 75, b -> {
                b.startTable(1);
                b.addFloat(0, alpha, 0);
                return b.endTable();
            });
            same(name + " round " + round, operator, List.of(Operand.of(OneOperatorModel.I8, in, zero(), 256)),
                outScale != 0 ? Operand.of(OneOperatorModel.I8, outScale, outZero, 256)
                    : Operand.of(OneOperatorModel.I8, in * (0.4f + random.nextFloat()), zero(), 256), all);
        }
    }

    @ParameterizedTest
    @CsvSource({"true, 12, 1x1x1x10", "false, 12, 1x10", "true, 1, 1x1x5x10", "false, 2, 1x7x10", "false, 3, 1x7x5"})
    void mean(boolean keep, String axes, String shape) throws Exception {
        int[] over = axes.chars().map(c -> c - '0').toArray();
        int[] dims = List.of(shape.split("x")).stream().mapToInt(Integer::parseInt).toArray();
        var operator = new Operator(40, 2, 27, b -> {
            b.startTable(1);
            b.addBoolean(0, keep, false);
            return b.endTable();
        });
        for (int round = 0; round < ROUNDS; round++) {
            float in = scale();
            int zero = zero();
            boolean equal = round % 2 == 0;
            same("round " + round, operator, List.of(Operand.of(OneOperatorModel.I8, in, zero, 1, 7, 5, 10),
                Operand.constant(over)), Operand.of(OneOperatorModel.I8,
                    equal ? in : in * (0.3f + random.nextFloat()), equal ? zero : zero(), dims), bytes(350));
        }
    }

    @Test
    void averagePool() throws Exception {
        var operator = new Operator(1, 2, 5, b -> {
            b.startTable(6);
            for (int field = 1; field <= 2; field++) {
                b.addInt(field, 2, 0);
                b.addInt(field + 2, 3, 0);
            }
            return b.endTable();
        });
        for (int round = 0; round < ROUNDS; round++) {
            float scale = scale();
            int zero = zero();
            same("round " + round, operator, List.of(Operand.of(OneOperatorModel.I8, scale, zero, 1, 9, 8, 5)),
                Operand.of(OneOperatorModel.I8, scale, zero, 1, 5, 4, 5), bytes(360));
        }
    }

    @ParameterizedTest
    @CsvSource({"12, I8", "1000, I8", "1000, U8"})
    void softmax(int width, String type) throws Exception {
        boolean signed = type.equals("I8");
        int code = signed ? OneOperatorModel.I8 : OneOperatorModel.U8;
        var operator = new Operator(25, 2, 9, b -> {
            b.startTable(1);
            b.addFloat(0, 1f, 0);
            return b.endTable();
        });
        for (int round = 0; round < ROUNDS; round++) {
            same("round " + round, operator, List.of(
                Operand.of(code, scale() * 2, zero() + (signed ? 0 : 128), 2, width)),
                Operand.of(code, 1f / 256, signed ? -128 : 0, 2, width), bytes(2 * width));
        }
    }
}
