package quantwright.backend.jvm;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import quantwright.backend.Manifest;
import quantwright.backend.jvm.host.HostProcessor;
import quantwright.backend.jvm.host.NativeBinding;
import quantwright.ir.type.TensorType;

/**
 * Writes the class through which Java calls a native artifact. The handle of the model's function is a static constant
 * of the class, so that the JIT compiles a call to a call. An instance holds working memory and is for one thread.
 */
public final class HostClass {
    private static final String BINDING = Type.getInternalName(NativeBinding.class);
    private static final String SEGMENT = Type.getDescriptor(MemorySegment.class);
    private static final String HANDLE = "java/lang/invoke/MethodHandle";

    private final Manifest manifest;
    private final String library;
    private final String name;
    private final List<Manifest.Port> ports;
    private final ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES | ClassWriter.COMPUTE_MAXS);

    private HostClass(Manifest manifest, String library, String name) {
        this.manifest = manifest;
        this.library = library;
        this.name = name;
        this.ports = Stream.concat(manifest.inputs().stream(), manifest.outputs().stream()).toList();
    }

    /**
     * A jar with the class. Its {@code run} takes a segment, or an array, for each input and then each output.
     *
     * @param manifest what the native code takes and gives
     * @param library file name of the native code, which lies beside the jar
     * @param className binary name of the class
     */
    public static byte[] jar(Manifest manifest, String library, String className) {
        String name = className.replace('.', '/');
        HostClass host = new HostClass(manifest, library, name);
        int end = name.lastIndexOf('/');
        return ModelClass.jar(new Relocation((end < 0 ? "" : name.substring(0, end + 1)) + "native_"
                + name.substring(end + 1).toLowerCase(java.util.Locale.ROOT)).close(name, host.code()));
    }

    private byte[] code() {
        writer.visit(Opcodes.V25, Opcodes.ACC_PUBLIC | Opcodes.ACC_FINAL | Opcodes.ACC_SUPER, name, null,
                "java/lang/Object", new String[] {"java/lang/AutoCloseable"});
        writer.visitField(Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_FINAL, "RUN", "L" + HANDLE + ";", null,
                null).visitEnd();
        writer.visitField(Opcodes.ACC_PRIVATE | Opcodes.ACC_FINAL, "binding", "L" + BINDING + ";", null, null)
                .visitEnd();
        initializer();
        constructor();
        segments();
        arrays();
        close();
        writer.visitEnd();
        return writer.toByteArray();
    }

    private void initializer() {
        MethodVisitor code = method(Opcodes.ACC_STATIC, "<clinit>", "()V");
        code.visitLdcInsn(Type.getObjectType(name));
        code.visitLdcInsn(library);
        code.visitLdcInsn(manifest.symbol() + "_run");
        push(code, ports.size() + 1);
        code.visitMethodInsn(Opcodes.INVOKESTATIC, BINDING, "bind",
                "(Ljava/lang/Class;Ljava/lang/String;Ljava/lang/String;I)L" + HANDLE + ";", false);
        code.visitFieldInsn(Opcodes.PUTSTATIC, name, "RUN", "L" + HANDLE + ";");
        end(code);
    }

    private void constructor() {
        MethodVisitor code = method(Opcodes.ACC_PUBLIC, "<init>", "()V");
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitMethodInsn(Opcodes.INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
        code.visitLdcInsn(library);
        code.visitLdcInsn(String.join(",", manifest.requiredFeatures()));
        code.visitMethodInsn(Opcodes.INVOKESTATIC, Type.getInternalName(HostProcessor.class), "require",
                "(Ljava/lang/String;Ljava/lang/String;)V", false);
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitTypeInsn(Opcodes.NEW, BINDING);
        code.visitInsn(Opcodes.DUP);
        code.visitLdcInsn(manifest.arenaBytes());
        code.visitLdcInsn((long) manifest.arenaAlignment());
        push(code, ports.size());
        code.visitIntInsn(Opcodes.NEWARRAY, Opcodes.T_LONG);
        for (int i = 0; i < ports.size(); i++) {
            code.visitInsn(Opcodes.DUP);
            push(code, i);
            code.visitLdcInsn(ports.get(i).type().packedBytes());
            code.visitInsn(Opcodes.LASTORE);
        }
        code.visitMethodInsn(Opcodes.INVOKESPECIAL, BINDING, "<init>", "(JJ[J)V", false);
        code.visitFieldInsn(Opcodes.PUTFIELD, name, "binding", "L" + BINDING + ";");
        end(code);
    }

    /** {@code run(MemorySegment...)} on the caller's memory. */
    private void segments() {
        MethodVisitor code = method(Opcodes.ACC_PUBLIC, "run", "(" + SEGMENT.repeat(ports.size()) + ")V");
        code.visitFieldInsn(Opcodes.GETSTATIC, name, "RUN", "L" + HANDLE + ";");
        for (int i = 0; i < ports.size(); i++) {
            code.visitVarInsn(Opcodes.ALOAD, i + 1);
            code.visitLdcInsn(ports.get(i).type().packedBytes());
            code.visitMethodInsn(Opcodes.INVOKESTATIC, BINDING, "require", "(" + SEGMENT + "J)" + SEGMENT, false);
        }
        binding(code);
        code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, BINDING, "arena", "()" + SEGMENT, false);
        code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, HANDLE, "invokeExact", "(" + SEGMENT.repeat(ports.size() + 1)
                + ")I", false);
        code.visitMethodInsn(Opcodes.INVOKESTATIC, BINDING, "check", "(I)V", false);
        end(code);
    }

    /** {@code run} with an array for each input and output. */
    private void arrays() {
        List<String> types = new ArrayList<>();
        ports.forEach(p -> types.add(Type.getDescriptor(Site.port(p.type()).array(0).getClass())));
        MethodVisitor code = method(Opcodes.ACC_PUBLIC, "run", "(" + String.join("", types) + ")V");
        for (int i = 0; i < ports.size(); i++) {
            code.visitVarInsn(Opcodes.ALOAD, i + 1);
            code.visitInsn(Opcodes.ARRAYLENGTH);
            push(code, elements(ports.get(i).type()));
            code.visitMethodInsn(Opcodes.INVOKESTATIC, BINDING, "require", "(II)V", false);
        }
        int inputs = manifest.inputs().size();
        for (int i = 0; i < inputs; i++) {
            transfer(code, i, "put", types.get(i));
        }
        code.visitVarInsn(Opcodes.ALOAD, 0);
        for (int i = 0; i < ports.size(); i++) {
            binding(code);
            push(code, i);
            code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, BINDING, "buffer", "(I)" + SEGMENT, false);
        }
        code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, name, "run", "(" + SEGMENT.repeat(ports.size()) + ")V", false);
        for (int i = inputs; i < ports.size(); i++) {
            transfer(code, i, "get", types.get(i));
        }
        end(code);
    }

    private void transfer(MethodVisitor code, int port, String method, String type) {
        binding(code);
        push(code, port);
        code.visitVarInsn(Opcodes.ALOAD, port + 1);
        code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, BINDING, method, "(I" + type + ")V", false);
    }

    private void close() {
        MethodVisitor code = method(Opcodes.ACC_PUBLIC, "close", "()V");
        binding(code);
        code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, BINDING, "close", "()V", false);
        end(code);
    }

    private void binding(MethodVisitor code) {
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitFieldInsn(Opcodes.GETFIELD, name, "binding", "L" + BINDING + ";");
    }

    private static int elements(TensorType type) {
        return Math.toIntExact(type.shape().elementCount());
    }

    private static void push(MethodVisitor code, int value) {
        RecordCode.push(code, value);
    }

    private MethodVisitor method(int access, String method, String descriptor) {
        MethodVisitor code = writer.visitMethod(access, method, descriptor, null, null);
        code.visitCode();
        return code;
    }

    private static void end(MethodVisitor code) {
        code.visitInsn(Opcodes.RETURN);
        code.visitMaxs(0, 0);
        code.visitEnd();
    }
}
