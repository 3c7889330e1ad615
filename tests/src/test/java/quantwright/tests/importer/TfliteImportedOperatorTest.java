package quantwright.tests.importer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.flatbuffers.FlatBufferBuilder;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.importer.tflite.BuiltinOperator;
import quantwright.compiler.importer.tflite.TfliteImporter;
import quantwright.compiler.importer.tflite.TfliteType;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.interp.Interpreter;
import quantwright.tests.peer.TfLitePeer;

/** Single operators, imported and interpreted, against TensorFlow Lite's built-in kernels: integers byte for byte. */
class TfliteImportedOperatorTest {
    private static final TfliteType F = TfliteType.FLOAT32;
    private static final TfliteType Q = TfliteType.INT8;
    private static final float S = 0.05f;

    @TempDir
    static Path folder;

    private record Case(String name, Consumer<TfliteModelWriter> model) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        var all = new ArrayList<Case>();
        for (int same = 0; same <= 1; same++) {
            int padding = 1 - same;
            for (int activation : new int[] {0, 1, 3}) {
                all.add(convolution(padding, activation, 2, 1));
                all.add(convolution(padding, activation, 1, 2));
                all.add(depthwise(padding, activation, 1));
                all.add(depthwise(padding, activation, 2));
                all.add(pool(BuiltinOperator.AVERAGE_POOL_2D, padding, activation));
                all.add(pool(BuiltinOperator.MAX_POOL_2D, padding, activation));
            }
        }
        arithmetic(all);
        functions(all);
        movement(all);
        return all.stream();
    }

    private static Case convolution(int padding, int activation, int stride, int dilation) {
        return new Case("CONV_2D padding " + padding + " activation " + activation + " stride " + stride, m -> {
            int out = padding == 0 ? (9 + stride - 1) / stride : (9 - (2 * dilation + 1)) / stride + 1;
            int x = m.input("x", Q, S, 3, 1, 9, 9, 4);
            int w = m.quantized("w", Q, bytes(1, 6 * 9 * 4), scales(6), 0, 6, 3, 3, 4);
            int b = m.ints("b", new int[] {6}, 100, -200, 300, -4000, 50, 6);
            int y = m.output("y", Q, 0.07f, -20, 1, out, out, 6);
            m.operator(BuiltinOperator.CONV_2D, new int[] {x, w, b}, new int[] {y}, 1, 6, o -> {
                o.addByte(0, (byte) padding, 0);
                o.addInt(1, stride, 0);
                o.addInt(2, stride, 0);
                o.addByte(3, (byte) activation, 0);
                o.addInt(4, dilation, 1);
                o.addInt(5, dilation, 1);
            });
        });
    }

    private static Case depthwise(int padding, int activation, int multiplier) {
        return new Case("DEPTHWISE_CONV_2D padding " + padding + " activation " + activation + " multiplier "
            + multiplier, m -> {
            int out = padding == 0 ? 5 : 4;
            int channels = 3 * multiplier;
            int x = m.input("x", Q, S, 3, 1, 9, 9, 3);
            int w = m.quantized("w", Q, bytes(2, 9 * channels), scales(channels), 3, 1, 3, 3, channels);
            int b = m.ints("b", new int[] {channels}, new int[channels]);
            int y = m.output("y", Q, 0.04f, 10, 1, out, out, channels);
            m.operator(BuiltinOperator.DEPTHWISE_CONV_2D, new int[] {x, w, b}, new int[] {y}, 2, 7, o -> {
                o.addByte(0, (byte) padding, 0);
                o.addInt(1, 2, 0);
                o.addInt(2, 2, 0);
                o.addInt(3, multiplier, 0);
                o.addByte(4, (byte) activation, 0);
            });
        });
    }

    private static Case pool(BuiltinOperator code, int padding, int activation) {
        return new Case(code + " padding " + padding + " activation " + activation, m -> {
            int out = padding == 0 ? 5 : 4;
            int x = m.input("x", Q, S, -9, 1, 9, 9, 5);
            int y = m.output("y", Q, S, -9, 1, out, out, 5);
            m.operator(code, new int[] {x}, new int[] {y}, 5, 6, o -> {
                o.addByte(0, (byte) padding, 0);
                o.addInt(1, 2, 0);
                o.addInt(2, 2, 0);
                o.addInt(3, 3, 0);
                o.addInt(4, 3, 0);
                o.addByte(5, (byte) activation, 0);
            });
        });
    }

    private static void arithmetic(List<Case> all) {
        var codes = List.of(BuiltinOperator.ADD, BuiltinOperator.SUB, BuiltinOperator.MUL);
        var tables = List.of(11, 28, 21);
        for (int i = 0; i < 3; i++) {
            var code = codes.get(i);
            int table = tables.get(i);
            for (int activation : new int[] {0, 1, 3}) {
                for (int[] second : new int[][] {{1, 4, 5, 6}, {1, 1, 1, 6}, {1}}) {
                    all.add(new Case(code + " activation " + activation + " with " + second.length, m -> {
                        int a = m.input("a", Q, S, 3, 1, 4, 5, 6);
                        int b = m.input("b", Q, 0.031f, -17, second);
                        int y = m.output("y", Q, code == BuiltinOperator.MUL ? 0.11f : 0.06f, 5, 1, 4, 5, 6);
                        m.operator(code, new int[] {a, b}, new int[] {y}, table, 2,
                            o -> o.addByte(0, (byte) activation, 0));
                    }));
                }
            }
            all.add(new Case(code + " on reals", m -> {
                int a = m.input("a", F, 0, 0, 2, 3);
                int b = m.input("b", F, 0, 0, 3);
                int y = m.output("y", F, 0, 0, 2, 3);
                m.operator(code, new int[] {a, b}, new int[] {y}, table, 2, o -> o.addByte(0, (byte) 1, 0));
            }));
        }
        for (boolean keep : new boolean[] {true, false}) {
            all.add(new Case("FULLY_CONNECTED keep " + keep, m -> {
                int x = m.input("x", Q, S, 3, 2, 3, 8);
                int w = m.quantized("w", Q, bytes(5, 7 * 8), new float[] {0.02f}, 0, 7, 8);
                var bias = ByteBuffer.allocate(28).order(ByteOrder.LITTLE_ENDIAN);
                bias.asIntBuffer().put(new int[] {100, -200, 3, -4, 5, -600, 7});
                int b = m.quantized("b", TfliteType.INT32, bias.array(), new float[] {S * 0.02f}, 0, 7);
                int y = keep ? m.output("y", Q, 0.03f, 4, 2, 3, 7) : m.output("y", Q, 0.03f, 4, 6, 7);
                m.operator(BuiltinOperator.FULLY_CONNECTED, new int[] {x, w, b}, new int[] {y}, 8, 5,
                    o -> o.addBoolean(2, keep, false));
            }));
            all.add(new Case("MEAN on reals keep " + keep, m -> reduction(m, F, 0, keep, 1, 2)));
        }
        all.add(new Case("MEAN of the spatial axes", m -> reduction(m, Q, 0.04f, true, 1, 2)));
    }

    private static void reduction(TfliteModelWriter m, TfliteType type, float scale, boolean keep, int... axes) {
        int x = m.input("x", type, scale == 0 ? 0 : S, 3, 1, 4, 5, 6);
        int a = m.ints("axes", new int[] {axes.length}, axes);
        int y = keep ? m.output("y", type, scale, 7, 1, 1, 1, 6) : m.output("y", type, scale, 7, 1, 6);
        m.operator(BuiltinOperator.MEAN, new int[] {x, a}, new int[] {y}, 27, 1, o -> o.addBoolean(0, keep, false));
    }

    private static void functions(List<Case> all) {
        all.add(function(BuiltinOperator.LOGISTIC, 1f / 256, -128, 0, 0, o -> { }));
        all.add(function(BuiltinOperator.TANH, 1f / 128, 0, 0, 0, o -> { }));
        all.add(function(BuiltinOperator.RELU, 0.04f, -128, 0, 0, o -> { }));
        all.add(function(BuiltinOperator.RELU6, 0.03f, -100, 0, 0, o -> { }));
        all.add(function(BuiltinOperator.LEAKY_RELU, 0.045f, -30, 75, 1, o -> o.addFloat(0, 0.2f, 0)));
        all.add(function(BuiltinOperator.HARD_SWISH, 0.03f, -115, 0, 0, o -> { }));
        all.add(function(BuiltinOperator.HARD_SWISH, 0.0007f, -115, 0, 0, o -> { }));
        all.add(function(BuiltinOperator.GELU, 0.04f, -120, 116, 1, o -> o.addBoolean(0, false, false)));
        all.add(function(BuiltinOperator.GELU, 0.04f, -120, 116, 1, o -> o.addBoolean(0, true, false)));
        all.add(function(BuiltinOperator.QUANTIZE, 0.08f, 11, 0, 0, o -> { }));
        for (float beta : new float[] {1, 0.7f}) {
            all.add(function(BuiltinOperator.SOFTMAX, 1f / 256, -128, 9, 1, o -> o.addFloat(0, beta, 0)));
        }
        for (var code : List.of(BuiltinOperator.RELU, BuiltinOperator.RELU6, BuiltinOperator.LOGISTIC,
            BuiltinOperator.TANH, BuiltinOperator.HARD_SWISH, BuiltinOperator.EXP, BuiltinOperator.ABS,
            BuiltinOperator.NEG, BuiltinOperator.FLOOR, BuiltinOperator.ROUND, BuiltinOperator.SIN,
            BuiltinOperator.ELU, BuiltinOperator.SQUARE, BuiltinOperator.LOG_SOFTMAX)) {
            all.add(new Case(code + " on reals", m -> {
                int x = m.input("x", F, 0, 0, 4, 64);
                int y = m.output("y", F, 0, 0, 4, 64);
                m.operator(code, new int[] {x}, new int[] {y}, 0, 0, o -> { });
            }));
        }
        all.add(new Case("DEQUANTIZE", m -> {
            int x = m.input("x", Q, S, 3, 4, 64);
            int y = m.output("y", F, 0, 0, 4, 64);
            m.operator(BuiltinOperator.DEQUANTIZE, new int[] {x}, new int[] {y}, 0, 0, o -> { });
        }));
    }

    private static Case function(BuiltinOperator code, float scale, int zero, int table, int fields,
                                 Consumer<FlatBufferBuilder> options) {
        return new Case(code + " to scale " + scale, m -> {
            int x = m.input("x", Q, S, 3, 4, 64);
            int y = m.output("y", Q, scale, zero, 4, 64);
            m.operator(code, new int[] {x}, new int[] {y}, table, fields, options);
        });
    }

    private static void movement(List<Case> all) {
        for (var type : List.of(F, Q)) {
            float s = type == Q ? S : 0;
            all.add(new Case("PAD of " + type, m -> {
                int x = m.input("x", type, s, 3, 1, 3, 4, 2);
                int p = m.ints("p", new int[] {4, 2}, 0, 0, 1, 2, 3, 0, 0, 1);
                int y = m.output("y", type, s, 3, 1, 6, 7, 3);
                m.operator(BuiltinOperator.PAD, new int[] {x, p}, new int[] {y}, 0, 0, o -> { });
            }));
            all.add(new Case("TRANSPOSE of " + type, m -> {
                int x = m.input("x", type, s, 3, 2, 3, 4);
                int p = m.ints("p", new int[] {3}, 2, 0, 1);
                int y = m.output("y", type, s, 3, 4, 2, 3);
                m.operator(BuiltinOperator.TRANSPOSE, new int[] {x, p}, new int[] {y}, 0, 0, o -> { });
            }));
            all.add(new Case("CONCATENATION of " + type, m -> {
                int a = m.input("a", type, s, 3, 2, 3, 4);
                int b = m.input("b", type, s, 3, 2, 5, 4);
                int y = m.output("y", type, s, 3, 2, 8, 4);
                m.operator(BuiltinOperator.CONCATENATION, new int[] {a, b}, new int[] {y}, 10, 2,
                    o -> o.addInt(0, -2, 0));
            }));
            all.add(new Case("STRIDED_SLICE of " + type, m -> {
                int x = m.input("x", type, s, 3, 5, 6, 7);
                int begin = m.ints("begin", new int[] {3}, -1, 1, 3);
                int end = m.ints("end", new int[] {3}, 0, -1, 4);
                int step = m.ints("step", new int[] {3}, -2, 2, 1);
                int y = m.output("y", type, s, 3, 3, 2);
                m.operator(BuiltinOperator.STRIDED_SLICE, new int[] {x, begin, end, step}, new int[] {y}, 32, 6, o -> {
                    o.addInt(1, 1, 0);
                    o.addInt(4, 4, 0);
                });
            }));
            all.add(new Case("SPLIT of " + type, m -> {
                int axis = m.ints("axis", new int[] {}, -1);
                int x = m.input("x", type, s, 3, 2, 6);
                int a = m.output("a", type, s, 3, 2, 3);
                int b = m.output("b", type, s, 3, 2, 3);
                m.operator(BuiltinOperator.SPLIT, new int[] {axis, x}, new int[] {a, b}, 35, 1, o -> o.addInt(0, 2, 0));
            }));
            all.add(new Case("PACK of " + type, m -> {
                int a = m.input("a", type, s, 3, 2, 3);
                int b = m.input("b", type, s, 3, 2, 3);
                int y = m.output("y", type, s, 3, 2, 2, 3);
                m.operator(BuiltinOperator.PACK, new int[] {a, b}, new int[] {y}, 59, 2, o -> {
                    o.addInt(0, 2, 0);
                    o.addInt(1, 1, 0);
                });
            }));
            for (int mode = 0; mode < 3; mode++) {
                all.add(resize(BuiltinOperator.RESIZE_NEAREST_NEIGHBOR, 74, 0, type, s, mode));
                if (type == F) {
                    all.add(resize(BuiltinOperator.RESIZE_BILINEAR, 15, 2, type, s, mode));
                }
            }
            all.add(new Case("DEPTH_TO_SPACE of " + type, m -> {
                int x = m.input("x", type, s, 3, 1, 2, 3, 12);
                int y = m.output("y", type, s, 3, 1, 4, 6, 3);
                m.operator(BuiltinOperator.DEPTH_TO_SPACE, new int[] {x}, new int[] {y}, 94, 1, o -> o.addInt(0, 2, 0));
            }));
        }
    }

    /** Mode 0: corners at the origin, 1: aligned corners, 2: pixel centres at halves. */
    private static Case resize(BuiltinOperator code, int table, int field, TfliteType type, float scale, int mode) {
        return new Case(code + " of " + type + " mode " + mode, m -> {
            int x = m.input("x", type, scale, 3, 1, 5, 4, 3);
            int size = m.ints("size", new int[] {2}, 8, 7);
            int y = m.output("y", type, scale, 3, 1, 8, 7, 3);
            m.operator(code, new int[] {x, size}, new int[] {y}, table, field + 2, o -> {
                o.addBoolean(field, mode == 1, false);
                o.addBoolean(field + 1, mode == 2, false);
            });
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void anOperatorGivesWhatTensorFlowLiteGives(Case test) throws Exception {
        var writer = new TfliteModelWriter();
        test.model().accept(writer);
        var file = Files.write(folder.resolve("model.tflite"), writer.write());
        var graph = new TfliteImporter().importModel(file, ImportOptions.none(), new DiagnosticSink());
        var random = new Random(9);
        try (var peer = TfLitePeer.load(file, TfLitePeer.Kernels.BUILTIN)) {
            for (int round = 0; round < 4; round++) {
                var inputs = new ArrayList<Tensor>();
                for (int i = 0; i < graph.inputs().size(); i++) {
                    var bytes = new byte[peer.input(i).data().length];
                    random.nextBytes(bytes);
                    if (peer.input(i).type().equals("FLOAT32")) {
                        var floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
                        for (int k = 0; k < floats.limit(); k++) {
                            floats.put(k, (float) random.nextGaussian() * 3);
                        }
                    }
                    peer.feed(i, bytes);
                    inputs.add(Tensor.unpack(graph.inputs().get(i).type(), MemorySegment.ofArray(bytes)));
                }
                peer.invoke();
                var ours = Interpreter.run(graph, inputs, null);
                for (int i = 0; i < ours.size(); i++) {
                    compare(ours.get(i), i, peer);
                }
            }
        }
    }

    private static void compare(Tensor ours, int output, TfLitePeer peer) {
        var theirs = peer.output(output);
        if (!theirs.type().equals("FLOAT32")) {
            assertArrayEquals(theirs.data(), ours.pack());
            return;
        }
        var expected = theirs.floats();
        assertEquals(expected.length, ours.size());
        for (int k = 0; k < expected.length; k++) {
            float allowed = 1e-5f * Math.max(1, Math.abs(expected[k]));
            assertEquals(expected[k], ours.floats()[k], allowed, "element " + k);
        }
    }

    @Test
    void everyFaultIsReportedAtItsOperator() throws Exception {
        var m = new TfliteModelWriter();
        int x = m.input("x", F, 0, 0, 4);
        int a = m.tensor("a", F, 0, 0, 4);
        int b = m.tensor("b", F, 0, 0, 4);
        int c = m.tensor("c", F, 0, 0, 4);
        int y = m.output("y", F, 0, 0, 5);
        m.operator(BuiltinOperator.CEIL, new int[] {x}, new int[] {a}, 0, 0, o -> { });
        m.operator(BuiltinOperator.WHERE, new int[] {a}, new int[] {b}, 0, 0, o -> { });
        m.operator(BuiltinOperator.FLOOR, new int[] {b}, new int[] {c}, 0, 0, o -> { });
        m.operator(BuiltinOperator.CUMSUM, new int[] {x}, new int[] {c}, 0, 0, o -> { });
        m.operator(BuiltinOperator.ABS, new int[] {a}, new int[] {y}, 0, 0, o -> { });
        var file = Files.write(folder.resolve("faults.tflite"), m.write());
        var e = assertThrows(UserErrorException.class,
            () -> new TfliteImporter().importModel(file, ImportOptions.none(), new DiagnosticSink()));
        var lines = e.diagnostics().stream().map(d -> d.code().id() + " " + d.location() + " " + d.message()).toList();
        assertEquals(3, lines.size(), lines.toString());
        assertTrue(lines.get(0).contains("WHERE node \"b\" #1"), lines.get(0));
        assertTrue(lines.get(1).contains("CUMSUM node \"c\" #3"), lines.get(1));
        assertTrue(lines.get(2).contains("ABS node \"y\" #4") && lines.get(2).contains("the file says"), lines.get(2));
    }

    private static byte[] bytes(long seed, int count) {
        var bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) Math.max(bytes[i], -127);
        }
        return bytes;
    }

    private static float[] scales(int count) {
        var scales = new float[count];
        for (int i = 0; i < count; i++) {
            scales[i] = 0.001f + 0.0007f * i;
        }
        return scales;
    }
}
