package quantwright.tests.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static quantwright.tests.onnx.ModelBuilder.floats;
import static quantwright.tests.onnx.ModelBuilder.ints;
import static quantwright.tests.onnx.ModelBuilder.longs;
import static quantwright.tests.onnx.ModelBuilder.noise;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.importer.onnx.OnnxImporter;
import quantwright.compiler.importer.onnx.generated.ModelProto;
import quantwright.compiler.importer.onnx.generated.TensorProto;
import quantwright.compiler.importer.onnx.generated.TensorProto.DataType;
import quantwright.ir.Graph;
import quantwright.ir.Value;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.type.ScalarType;
import quantwright.ir.verify.Verifier;

/** Forms of operators that the operator set's version decides, and corner cases, against ONNX Runtime. */
class OnnxFormsTest {
    private static final long[] NONE = {};
    private static final List<Named<ModelProto>> FORMS = new ArrayList<>();

    @TempDir
    Path folder;

    private static void form(String name, ModelBuilder model) {
        FORMS.add(Named.of(name, model.build()));
    }

    private static ModelBuilder unary(int opset, String opType, Object[] dims, Object... attributes) {
        return new ModelBuilder(opset).input("x", dims).node(opType, "x", "y", attributes).output("y");
    }

    private static Object[] dims(Object... dims) {
        return dims;
    }

    private static void windows() {
        for (long ceil = 0; ceil < 2; ceil++) {
            for (long pad = 0; pad < 2; pad++) {
                form("AveragePool ceil " + ceil + " count pad " + pad, unary(19, "AveragePool", dims(2, 3, 8, 7),
                        "kernel_shape", new long[] {3, 2}, "strides", new long[] {2, 3},
                        "pads", new long[] {1, 0, 1, 1}, "ceil_mode", ceil, "count_include_pad", pad));
            }
            form("MaxPool ceil " + ceil, unary(12, "MaxPool", dims(1, 3, 9, 8), "kernel_shape", new long[] {3, 3},
                    "strides", new long[] {2, 2}, "dilations", new long[] {2, 1}, "ceil_mode", ceil));
        }
        for (String auto : List.of("SAME_UPPER", "SAME_LOWER", "VALID")) {
            form("MaxPool " + auto, unary(11, "MaxPool", dims(1, 2, 7, 6), "kernel_shape", new long[] {2, 3},
                    "strides", new long[] {2, 2}, "auto_pad", auto));
            form("Conv " + auto, new ModelBuilder(11).input("x", 1, 4, 7, 6).constant(noise("w", 6, 2, 3, 2))
                    .node("Conv", "x,w", "y", "group", 2L, "strides", new long[] {2, 1}, "auto_pad", auto).output("y"));
        }
        form("AveragePool 1-D", unary(11, "AveragePool", dims(2, 3, 9), "kernel_shape", new long[] {3}, "strides",
                new long[] {2}));
        form("Conv 1-D dilated", new ModelBuilder(13).input("x", 2, 4, 12).constant(noise("w", 6, 4, 3))
                .constant(noise("b", 6)).node("Conv", "x,w,b", "y", "dilations", new long[] {2},
                        "pads", new long[] {1, 2}).output("y"));
        form("Conv depthwise", new ModelBuilder(13).input("x", 1, 4, 6, 6).constant(noise("w", 8, 1, 3, 3))
                .node("Conv", "x,w", "y", "group", 4L, "pads", new long[] {1, 1, 1, 1}).output("y"));
        form("Conv weights computed", new ModelBuilder(13).input("x", 1, 2, 4, 4).input("w", 3, 2, 3, 3)
                .node("Conv", "x,w", "y").output("y"));
        form("ConvTranspose", new ModelBuilder(13).input("x", 1, 4, 5, 6).constant(noise("w", 4, 3, 3, 2))
                .constant(noise("b", 6)).node("ConvTranspose", "x,w,b", "y", "group", 2L, "strides", new long[] {2, 3},
                        "pads", new long[] {1, 0, 2, 1}, "output_padding", new long[] {1, 0}, "dilations",
                        new long[] {1, 2}).output("y"));
        form("ConvTranspose 1-D", new ModelBuilder(13).input("x", 1, 2, 5).constant(noise("w", 2, 3, 3))
                .node("ConvTranspose", "x,w", "y", "strides", new long[] {2}).output("y"));
        form("ConvTranspose SAME", new ModelBuilder(13).input("x", 1, 2, 5, 4).constant(noise("w", 2, 3, 3, 3))
                .node("ConvTranspose", "x,w", "y", "strides", new long[] {2, 2}, "auto_pad", "SAME_UPPER").output("y"));
        form("GlobalMaxPool", unary(13, "GlobalMaxPool", dims(2, 3, 4, 5)));
    }

    private static void versions() {
        form("Softmax 11 flattens", unary(11, "Softmax", dims(2, 3, 4, 5), "axis", 2L));
        form("Softmax 11 default", unary(11, "Softmax", dims(2, 3, 4)));
        form("Softmax 11 unit axes", unary(11, "Softmax", dims(2, 30, 1, 1)));
        form("Softmax 13 default", unary(13, "Softmax", dims(2, 3, 4)));
        form("LogSoftmax 11", unary(11, "LogSoftmax", dims(2, 3, 4)));
        form("Clip 6 attributes", unary(10, "Clip", dims(3, 4), "min", -0.25f, "max", 0.5f));
        form("Clip 11 operands", new ModelBuilder(11).input("x", 3, 4).constant(floats("hi", NONE, 0.25f))
                .node("Clip", "x,,hi", "y").output("y"));
        form("Squeeze 11", unary(11, "Squeeze", dims(1, 3, 1, 4), "axes", new long[] {0, 2}));
        form("Squeeze 13", new ModelBuilder(13).input("x", 1, 3, 1, 4).constant(longs("a", -2))
                .node("Squeeze", "x,a", "y").output("y"));
        form("Unsqueeze 11", unary(11, "Unsqueeze", dims(3, 4), "axes", new long[] {0, 3}));
        form("ReduceSum 11", unary(11, "ReduceSum", dims(2, 3, 4), "axes", new long[] {-1, 0}, "keepdims", 0L));
        form("ReduceSum 13", new ModelBuilder(13).input("x", 2, 3, 4).constant(longs("a", 1))
                .node("ReduceSum", "x,a", "y", "keepdims", 0L).output("y"));
        form("ReduceMean 18", new ModelBuilder(18).input("x", 2, 3, 4).constant(longs("a", 1, -1))
                .node("ReduceMean", "x,a", "y").output("y"));
        form("ReduceL2 13", unary(13, "ReduceL2", dims(2, 3, 4), "axes", new long[] {2}));
        form("Slice 9", unary(9, "Slice", dims(5, 6), "starts", new long[] {1, -4}, "ends", new long[] {9, -1}));
        form("Pad 10", unary(10, "Pad", dims(3, 4), "pads", new long[] {1, 0, 2, 1}, "value", 0.5f));
        form("Pad 13 reflect", new ModelBuilder(13).input("x", 1, 2, 4, 5).constant(longs("p", 0, 0, 2, 1, 0, 0, 1, 3))
                .node("Pad", "x,p", "y", "mode", "reflect").output("y"));
        form("Split 11", unary(11, "Split", dims(2, 7), "axis", 1L, "split", new long[] {7}));
        form("BatchNormalization 9", new ModelBuilder(9).input("x", 2, 3, 4, 5).constant(noise("s", 3))
                .constant(noise("b", 3)).constant(noise("m", 3)).constant(floats("v", new long[] {3}, 0.5f, 1, 2))
                .node("BatchNormalization", "x,s,b,m,v", "y", "epsilon", 1e-3f).output("y"));
        form("Gemm all", new ModelBuilder(11).input("x", 4, 3).constant(noise("b", 5, 4)).constant(noise("c", 1, 5))
                .node("Gemm", "x,b,c", "y", "alpha", 0.5f, "beta", 2f, "transA", 1L, "transB", 1L).output("y"));
        form("Gemm scalar bias", new ModelBuilder(11).input("x", 4, 3).constant(noise("b", 3, 5))
                .constant(floats("c", NONE, 2)).node("Gemm", "x,b,c", "y").output("y"));
        form("PRelu", new ModelBuilder(13).input("x", 2, 3, 4, 4).constant(noise("s", 3, 1, 1))
                .node("PRelu", "x,s", "y").output("y"));
        form("Tile", new ModelBuilder(13).input("x", 2, 3).constant(longs("r", 2, 3))
                .node("Tile", "x,r", "y").output("y"));
        form("InstanceNormalization", new ModelBuilder(13).input("x", 2, 3, 4, 4).constant(noise("s", 3))
                .constant(noise("b", 3)).node("InstanceNormalization", "x,s,b", "y").output("y"));
        form("Dropout mask", new ModelBuilder(13).input("x", 2, 3).node("Dropout", "x", "y,m")
                .node("Cast", "m", "c", "to", 1L).node("Add", "y,c", "z").output("z"));
    }

    private static void resizes() {
        form("Upsample 7", unary(7, "Upsample", dims(1, 2, 3, 4), "scales", new float[] {1, 1, 2, 3}));
        form("Upsample 9 linear", new ModelBuilder(9).input("x", 1, 2, 3, 4)
                .constant(floats("s", new long[] {4}, 1, 1, 2, 2))
                .node("Upsample", "x,s", "y", "mode", "linear").output("y"));
        form("Resize 10", new ModelBuilder(10).input("x", 1, 2, 3, 4).constant(floats("s", new long[] {4}, 1, 1, 2, 2))
                .node("Resize", "x,s", "y").output("y"));
        for (String coordinates : List.of("half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners")) {
            for (String mode : List.of("linear", "nearest")) {
                form("Resize 13 " + mode + " " + coordinates, new ModelBuilder(13).input("x", 1, 2, 5, 4)
                        .constant(longs("z", 1, 2, 7, 9)).node("Resize", "x,,,z", "y", "mode", mode,
                                "coordinate_transformation_mode", coordinates).output("y"));
            }
        }
        form("Resize 13 channels last", new ModelBuilder(13).input("x", 1, 5, 4, 3)
                .constant(floats("s", new long[] {4}, 1, 2, 2, 1))
                .node("Resize", "x,,s", "y", "mode", "linear").output("y"));
        form("Resize 18 axes", new ModelBuilder(18).input("x", 1, 3, 5, 4).constant(floats("s", new long[] {2}, 2, 2))
                .node("Resize", "x,,s", "y", "axes", new long[] {2, 3}, "nearest_mode", "floor",
                        "coordinate_transformation_mode", "asymmetric").output("y"));
        form("DepthToSpace CRD", unary(13, "DepthToSpace", dims(1, 8, 2, 3), "blocksize", 2L, "mode", "CRD"));
        form("SpaceToDepth", unary(13, "SpaceToDepth", dims(1, 2, 4, 6), "blocksize", 2L));
    }

    /** A quantize-dequantize pair behind {@code from}, giving {@code to}. */
    private static ModelBuilder pair(ModelBuilder m, String from, String to, float scale, int zero) {
        return m.constant(floats(to + "_s", NONE, scale)).constant(ints(to + "_z", DataType.UINT8, NONE, zero))
                .node("QuantizeLinear", from + "," + to + "_s," + to + "_z", to + "_q")
                .node("DequantizeLinear", to + "_q," + to + "_s," + to + "_z", to);
    }

    private static void quantized() {
        int[] w = new Random(3).ints(3 * 2 * 3 * 3, -127, 128).toArray();
        TensorProto scales = floats("ws", new long[] {3}, 0.01f, 0.02f, 0.015f);
        ModelBuilder conv = pair(new ModelBuilder(13).input("x", 1, 2, 6, 6), "x", "a", 0.01f, 120)
                .constant(ints("w8", DataType.INT8, new long[] {3, 2, 3, 3}, w)).constant(scales)
                .constant(ints("wz", DataType.INT8, new long[] {3}, 0, 0, 0))
                .constant(ints("b32", DataType.INT32, new long[] {3}, 100, -50, 7))
                .constant(floats("bs", new long[] {3}, 1e-4f, 2e-4f, 1.5e-4f))
                .node("DequantizeLinear", "w8,ws,wz", "wf", "axis", 0L)
                .node("DequantizeLinear", "b32,bs", "bf", "axis", 0L)
                .node("Conv", "a,wf,bf", "c", "pads", new long[] {1, 1, 1, 1}).node("Relu", "c", "r");
        form("QDQ convolution", pair(conv, "r", "y", 0.02f, 0).output("y"));
        form("QDQ pool and quantized output", pair(new ModelBuilder(13).input("x", 1, 2, 6, 6), "x", "a", 0.01f, 128)
                .node("MaxPool", "a_q", "p", "kernel_shape", new long[] {2, 2})
                .constant(longs("shape", 1, -1)).node("Reshape", "p,shape", "y").output("y", DataType.UINT8));
        form("quantized input", new ModelBuilder(13).input("x", DataType.UINT8, 2, 3).constant(floats("s", NONE, 0.5f))
                .constant(ints("z", DataType.UINT8, NONE, 7)).node("DequantizeLinear", "x,s,z", "y").output("y"));
        form("QLinearConv 1-D", new ModelBuilder(13).input("x", DataType.UINT8, 1, 2, 9)
                .constant(ints("w8", DataType.INT8, new long[] {3, 2, 3}, Arrays.copyOf(w, 18))).constant(scales)
                .constant(ints("wz", DataType.INT8, new long[] {3}, 0, 0, 0)).constant(floats("xs", NONE, 0.01f))
                .constant(ints("xz", DataType.UINT8, NONE, 120)).constant(floats("ys", NONE, 0.02f))
                .constant(ints("yz", DataType.UINT8, NONE, 100))
                .constant(ints("b", DataType.INT32, new long[] {3}, 9, -9, 0))
                .node("QLinearConv", "x,xs,xz,w8,ws,wz,ys,yz,b", "y", "pads", new long[] {1, 1})
                .output("y", DataType.UINT8));
        form("ConvInteger", new ModelBuilder(13).input("x", DataType.UINT8, 1, 2, 5, 5)
                .constant(ints("w", DataType.UINT8, new long[] {3, 2, 3, 3}, new Random(4).ints(54, 0, 256).toArray()))
                .constant(ints("xz", DataType.UINT8, NONE, 120)).constant(ints("wz", DataType.UINT8, NONE, 100))
                .node("ConvInteger", "x,w,xz,wz", "y", "pads", new long[] {1, 0, 1, 0}).output("y", DataType.INT32));
        form("DynamicQuantizeLinear", new ModelBuilder(13).input("x", 3, 5).node("DynamicQuantizeLinear", "x", "y,s,z")
                .output("y", DataType.UINT8).output("s").output("z", DataType.UINT8));
        form("DynamicQuantizeLinear of zeros", new ModelBuilder(13).input("x", 3, 5).constant(floats("n", NONE, 0))
                .node("Mul", "x,n", "zeros").node("DynamicQuantizeLinear", "zeros", "y,s,z")
                .output("y", DataType.UINT8).output("s").output("z", DataType.UINT8));
    }

    /** ONNX Runtime's own operators: its kernels may round the other way where a result lies near a tie. */
    private static void microsoft() {
        int[] b = new Random(6).ints(2 * 3 * 4 * 4, 0, 256).toArray();
        for (String op : List.of("QLinearAdd", "QLinearMul")) {
            ModelBuilder m = parameters(new ModelBuilder(13).input("x", DataType.UINT8, 2, 3, 4, 4)
                    .constant(ints("b", DataType.UINT8, new long[] {2, 3, 4, 4}, b)));
            m.graph().addNode(ModelBuilder.nodeOf("com.microsoft", op, "x,s,z,b,s2,z2,s3,z3", "y"));
            form(op, m.output("y", DataType.UINT8));
        }
        ModelBuilder concat = parameters(new ModelBuilder(13).input("x", DataType.UINT8, 2, 3, 4, 4)
                .constant(ints("b", DataType.UINT8, new long[] {2, 3, 4, 4}, b)));
        concat.graph().addNode(ModelBuilder.nodeOf("com.microsoft", "QLinearConcat", "s3,z3,x,s,z,b,s2,z2", "y",
                "axis", 1L));
        form("QLinearConcat", concat.output("y", DataType.UINT8));
        ModelBuilder global = parameters(new ModelBuilder(13).input("x", DataType.UINT8, 2, 3, 4, 4));
        global.graph().addNode(ModelBuilder.nodeOf("com.microsoft", "QLinearGlobalAveragePool", "x,s,z,s2,z2", "y"));
        form("QLinearGlobalAveragePool", global.output("y", DataType.UINT8));
        ModelBuilder pool = parameters(new ModelBuilder(13).input("x", DataType.UINT8, 2, 3, 5, 4));
        pool.graph().addNode(ModelBuilder.nodeOf("com.microsoft", "QLinearAveragePool", "x,s,z,s2,z2", "y",
                "kernel_shape", new long[] {2, 3}, "pads", new long[] {1, 1, 0, 0}));
        form("QLinearAveragePool", pool.output("y", DataType.UINT8));
    }

    private static ModelBuilder parameters(ModelBuilder m) {
        return m.constant(floats("s", NONE, 0.03f)).constant(ints("z", DataType.UINT8, NONE, 120))
                .constant(floats("s2", NONE, 0.021f)).constant(ints("z2", DataType.UINT8, NONE, 17))
                .constant(floats("s3", NONE, 0.05f)).constant(ints("z3", DataType.UINT8, NONE, 99));
    }

    private static void more() {
        form("LRN", unary(13, "LRN", dims(1, 7, 3, 2), "size", 5L, "alpha", 0.5f, "beta", 0.6f, "bias", 1.5f));
        form("Shrink", unary(13, "Shrink", dims(3, 4), "lambd", 0.3f, "bias", 0.1f));
        form("Trilu", new ModelBuilder(14).input("x", 2, 4, 5).constant(longs("k", NONE, -1)).node("Trilu", "x,k", "y",
                "upper", 0L).output("y"));
        form("Cosh", unary(13, "Cosh", dims(3, 4)));
        form("Tan", unary(13, "Tan", dims(3, 4)));
    }

    private static void folding() {
        form("shape arithmetic", new ModelBuilder(13).input("x", 2, 3, 4, 5).node("Shape", "x", "s")
                .constant(longs("i", NONE, 2)).constant(longs("zero", 0)).constant(longs("minus", -1))
                .node("Gather", "s,i", "h").node("Unsqueeze", "h,zero", "h1")
                .node("Concat", "h1,minus", "t", "axis", 0L)
                .node("Reshape", "x,t", "y").output("y"));
        form("range and fill", new ModelBuilder(13).input("x", 4, 1).constant(longs("a", NONE, 0))
                .constant(longs("b", NONE, 6)).constant(longs("c", NONE, 2)).node("Range", "a,b,c", "r")
                .node("Cast", "r", "f", "to", 1L).constant(longs("n", 4, 3))
                .node("ConstantOfShape", "n", "k", "value", floats("", new long[] {1}, 0.5f))
                .node("Mul", "f,k", "m").node("Add", "x,m", "y").output("y"));
    }

    private static void agreesToAStep(ModelProto model, Graph graph, List<Tensor> inputs) throws Exception {
        byte[] expected = PeerComparison.expected(model.toByteArray(), graph, inputs).get(0).data();
        Tensor actual = Interpreter.run(graph, inputs, null).get(0);
        int different = 0;
        for (int i = 0; i < actual.size(); i++) {
            long step = Math.abs(actual.integer(i) - (expected[i] & 0xff));
            assertTrue(step <= 1, "element " + i + " is off by " + step);
            different += step > 0 ? 1 : 0;
        }
        assertTrue(different * 25 <= actual.size(), different + " of " + actual.size() + " elements are off by one");
    }

    static Stream<Named<ModelProto>> forms() {
        FORMS.clear();
        windows();
        versions();
        resizes();
        quantized();
        microsoft();
        more();
        folding();
        return FORMS.stream();
    }

    @ParameterizedTest
    @MethodSource("forms")
    void agreesWithOnnxRuntime(ModelProto model) throws Exception {
        Path file = Files.write(folder.resolve("m.onnx"), model.toByteArray());
        var sink = new DiagnosticSink();
        Graph graph = new OnnxImporter().importModel(file, ImportOptions.none(), sink);
        Verifier.verify(graph, sink);
        assertEquals(List.of(), sink.all());
        List<Tensor> inputs = new ArrayList<>();
        var random = new Random(9);
        for (Value input : graph.inputs()) {
            Tensor tensor = Tensor.zeros(input.type());
            for (int i = 0; i < tensor.size(); i++) {
                if (input.type().storage() == ScalarType.F32) {
                    tensor.floats()[i] = random.nextFloat() * 2 - 1;
                } else {
                    tensor.setInteger(i, random.nextInt());
                }
            }
            inputs.add(tensor);
        }
        if (model.getGraph().getNodeList().stream().anyMatch(n -> n.getDomain().equals("com.microsoft"))) {
            agreesToAStep(model, graph, inputs);
            return;
        }
        double error = PeerComparison.relativeError(model.toByteArray(), graph, inputs);
        assertTrue(error <= 2e-6, () -> "relative error " + error);
    }
}
