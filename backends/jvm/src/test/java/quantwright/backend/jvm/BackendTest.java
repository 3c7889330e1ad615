package quantwright.backend.jvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.CodeSizeEvaluator;
import quantwright.backend.BackendDiagnostic;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.CompiledModel;
import quantwright.backend.Executor;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Value;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Gather;
import quantwright.ir.op.QDense;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** What a jar holds, and what is refused. */
class BackendTest {
    /** Methods of more bytecodes are never compiled by the JIT. */
    private static final int HUGE_METHOD = 8000;

    private static CompiledModel compile(Graph graph) {
        return new JvmBackend().compile(new CompileRequest(graph, Cases.profile(), "net", Progress.SILENT));
    }

    private static Graph chain(int length) {
        Graph graph = new Graph("net", Level.GRAPH);
        Value x = graph.addInput("x", TensorType.of(ScalarType.F32, 3));
        for (int i = 0; i < length; i++) {
            x = graph.append(new Unary(i % 2 == 0 ? UnaryKind.NEG : UnaryKind.RELU), List.of(x), Location.UNKNOWN)
                    .result();
            x.setName("v" + i);
        }
        graph.addOutput("y", x);
        return graph;
    }

    @Test
    void aJarRefersToNothingButTheJdkAndItself() throws IOException {
        List<String> foreign = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        try (ZipInputStream jar = new ZipInputStream(new ByteArrayInputStream(
                compile(chain(900)).files().get(CompiledModel.JAR)))) {
            for (ZipEntry e = jar.getNextEntry(); e != null; e = jar.getNextEntry()) {
                if (!e.getName().endsWith(".class")) {
                    continue;
                }
                byte[] code = jar.readAllBytes();
                String text = new String(code, java.nio.charset.StandardCharsets.ISO_8859_1);
                if (text.contains("quantwright/")) {
                    foreign.add(e.getName());
                }
                new ClassReader(code).accept(sizes(sizes), 0);
            }
        }
        assertEquals(List.of(), foreign);
        assertTrue(sizes.size() > 20 && sizes.stream().allMatch(s -> s < HUGE_METHOD), sizes.toString());
    }

    private static ClassVisitor sizes(List<Integer> sizes) {
        return new ClassVisitor(Opcodes.ASM9, new ClassWriter(0)) {
            @Override
            public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
                    String[] exceptions) {
                CodeSizeEvaluator evaluator = new CodeSizeEvaluator(Opcodes.ASM9, null) {
                    @Override
                    public void visitEnd() {
                        if (!name.equals("<clinit>")) {
                            sizes.add(getMaxSize());
                        }
                    }
                };
                return evaluator;
            }
        };
    }

    @Test
    void equalModelsGiveEqualBytes() {
        assertArrayEquals(compile(chain(5)).files().get(CompiledModel.JAR),
                compile(chain(5)).files().get(CompiledModel.JAR));
    }

    @Test
    void arraysOfValuesThatAreNeverAliveTogetherAreShared() {
        CompiledModel model = compile(chain(50));
        assertEquals(2 * 12, model.manifest().arenaLowerBound());
        assertEquals(2 * 12, model.manifest().arenaBytes());
    }

    @Test
    void everyNodeWithoutAKernelIsNamed() {
        Graph graph = new Graph("net", Level.GRAPH);
        Value x = graph.addInput("x", TensorType.of(ScalarType.F64, 3));
        Value y = graph.append(new Binary(BinaryKind.ADD), List.of(x, x), Location.UNKNOWN).result();
        graph.addOutput("y", graph.append(new Unary(UnaryKind.NEG), List.of(y), Location.UNKNOWN).result());
        UserErrorException e = assertThrows(UserErrorException.class, () -> compile(graph));
        assertEquals(2, e.diagnostics().size(), e.diagnostics().toString());
        assertTrue(e.diagnostics().stream().allMatch(d -> d.code() == BackendDiagnostic.NO_KERNEL));
    }

    /** Weights lie in a jar in as many bits as they have. */
    @Test
    void weightsOfFewBitsArePacked() {
        long bytes = weightBytes(ScalarType.I8);
        assertEquals(bytes - 64 * 256 / 2, weightBytes(ScalarType.I4));
        assertEquals(bytes - 64 * 256 / 4 * 3, weightBytes(ScalarType.I2));
        assertEquals(bytes - 64 * 256 / 8 * 7, weightBytes(ScalarType.SIGN1));
    }

    private static long weightBytes(ScalarType weights) {
        Graph graph = new Graph("net", Level.QUANT);
        Value x = graph.addInput("x", TensorType.of(QuantizedType.perTensor(ScalarType.I8, 0.1f, 0), 1, 256));
        Tensor w = new Cases(1).random(TensorType.of(QuantizedType.perTensor(weights, 0.1f, 0), 64, 256));
        Value rows = graph.append(new Constant(ConstantData.of(w)), List.of(), Location.UNKNOWN).result();
        graph.addOutput("y", graph.append(new QDense(Rounding.FLOAT32, Clamp.full(ScalarType.I8)), List.of(x, rows),
                QuantizedType.perTensor(ScalarType.I8, 0.5f, 0), Location.UNKNOWN).result());
        return compile(graph).manifest().constantBytes();
    }

    @Test
    void refusesAnIndexOutsideItsAxis() {
        Graph graph = new Graph("net", Level.GRAPH);
        Value x = graph.addInput("x", TensorType.of(ScalarType.F32, 3));
        Value indices = graph.addInput("indices", TensorType.of(ScalarType.I64, 1));
        graph.addOutput("y", graph.append(new Gather(0), List.of(x, indices), Location.UNKNOWN).result());
        try (Executor executor = new JvmBackend().load(compile(graph))) {
            for (long index : new long[] {-4, 3, Long.MAX_VALUE}) {
                Tensor at = Tensor.zeros(indices.type());
                at.setInteger(0, index);
                List<Tensor> inputs = List.of(Tensor.zeros(x.type()), at);
                String refused = assertThrows(IllegalArgumentException.class, () -> executor.run(inputs)).getMessage();
                assertTrue(assertThrows(IllegalArgumentException.class, () -> Interpreter.run(graph, inputs, null))
                        .getMessage().endsWith(refused), refused);
            }
        }
    }
}
