package quantwright.backend.jvm;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import quantwright.backend.jvm.runtime.Constants;
import quantwright.backend.jvm.runtime.Memory;
import quantwright.backend.jvm.runtime.Step;

/**
 * Writes the class of a model. Its steps are static constants, made when the class is initialized; an instance holds
 * the tensors of one running model; {@code run} calls the steps one after another.
 */
final class ModelClass {
    private static final String CONSTANTS = "CONSTANTS";
    private static final String OBJECTS = "[Ljava/lang/Object;";
    private static final String MEMORY = Type.getInternalName(Memory.class);
    private static final String TRACE = "Ljava/util/function/IntConsumer;";
    /** Calls in one method: far below the size beyond which the JIT leaves a method alone. */
    private static final int CALLS = 200;

    private final JvmProgram program;
    private final String name;
    private final ConstantPool pool = new ConstantPool();
    private final ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES | ClassWriter.COMPUTE_MAXS);

    /**
     * A class for a program.
     *
     * @param name internal name
     */
    ModelClass(JvmProgram program, String name) {
        this.program = program;
        this.name = name;
    }

    /**
     * The files of the jar, by name: the class, its constants, and copies of the classes it runs on.
     */
    Map<String, byte[]> files() {
        writer.visit(Opcodes.V25, Opcodes.ACC_PUBLIC | Opcodes.ACC_FINAL | Opcodes.ACC_SUPER, name, null,
                "java/lang/Object", null);
        writer.visitField(Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_FINAL, CONSTANTS, OBJECTS, null, null)
                .visitEnd();
        writer.visitField(Opcodes.ACC_PRIVATE | Opcodes.ACC_FINAL, "memory", "L" + MEMORY + ";", null, null).visitEnd();
        initializer();
        constructor();
        steps();
        ports();
        buffer();
        writer.visitEnd();
        Map<String, byte[]> files = new TreeMap<>(new Relocation(name.substring(0, name.lastIndexOf('/')) + "/runtime")
                .close(name, writer.toByteArray()));
        files.put(name.substring(0, name.lastIndexOf('/') + 1) + resource(), pool.content());
        return files;
    }

    private String resource() {
        return name.substring(name.lastIndexOf('/') + 1) + ".bin";
    }

    private void initializer() {
        MethodVisitor code = method(Opcodes.ACC_STATIC, "<clinit>", "()V");
        code.visitLdcInsn(Type.getObjectType(name));
        code.visitLdcInsn(resource());
        code.visitMethodInsn(Opcodes.INVOKESTATIC, Type.getInternalName(Constants.class), "read",
                "(Ljava/lang/Class;Ljava/lang/String;)" + OBJECTS, false);
        code.visitFieldInsn(Opcodes.PUTSTATIC, name, CONSTANTS, OBJECTS);
        for (int i = 0; i < program.steps().size(); i++) {
            Step step = program.steps().get(i);
            String type = descriptor(step);
            writer.visitField(Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_FINAL, "STEP_" + i, type, null,
                    null).visitEnd();
            MethodVisitor maker = method(Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC, "step" + i, "()" + type);
            new RecordCode(maker, pool, name).push(step, step.getClass());
            end(maker, Opcodes.ARETURN);
            code.visitMethodInsn(Opcodes.INVOKESTATIC, name, "step" + i, "()" + type, false);
            code.visitFieldInsn(Opcodes.PUTSTATIC, name, "STEP_" + i, type);
        }
        end(code, Opcodes.RETURN);
    }

    private void constructor() {
        MethodVisitor code = method(Opcodes.ACC_PUBLIC, "<init>", "()V");
        RecordCode values = new RecordCode(code, pool, name);
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitMethodInsn(Opcodes.INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitTypeInsn(Opcodes.NEW, MEMORY);
        code.visitInsn(Opcodes.DUP);
        code.visitFieldInsn(Opcodes.GETSTATIC, name, CONSTANTS, OBJECTS);
        values.push(program.sources(pool), int[].class);
        values.push(program.storages(), byte[].class);
        values.push(program.lengths(), int[].class);
        code.visitMethodInsn(Opcodes.INVOKESPECIAL, MEMORY, "<init>", "(" + OBJECTS + "[I[B[I)V", false);
        code.visitFieldInsn(Opcodes.PUTFIELD, name, "memory", "L" + MEMORY + ";");
        calls(code, "reserve", "(L" + MEMORY + ";)V", false);
        end(code, Opcodes.RETURN);
    }

    /** Every step, and after each the consumer with its index if there is one. */
    private void steps() {
        MethodVisitor code = method(Opcodes.ACC_PRIVATE, "steps", "(" + TRACE + ")V");
        calls(code, "run", "(L" + MEMORY + ";)V", true);
        end(code, Opcodes.RETURN);
    }

    /** Calls a method of every step, from parts that the JIT compiles. */
    private void calls(MethodVisitor caller, String called, String descriptor, boolean trace) {
        String type = trace ? "(" + TRACE + ")V" : "()V";
        for (int first = 0; first < program.steps().size(); first += CALLS) {
            String part = called + "From" + first;
            caller.visitVarInsn(Opcodes.ALOAD, 0);
            if (trace) {
                caller.visitVarInsn(Opcodes.ALOAD, 1);
            }
            caller.visitMethodInsn(Opcodes.INVOKEVIRTUAL, name, part, type, false);
            MethodVisitor code = method(Opcodes.ACC_PRIVATE, part, type);
            for (int i = first; i < Math.min(first + CALLS, program.steps().size()); i++) {
                Class<?> owner = program.steps().get(i).getClass();
                code.visitFieldInsn(Opcodes.GETSTATIC, name, "STEP_" + i,
                        descriptor(program.steps().get(i)));
                code.visitVarInsn(Opcodes.ALOAD, 0);
                code.visitFieldInsn(Opcodes.GETFIELD, name, "memory", "L" + MEMORY + ";");
                boolean inherited = inherits(owner, called);
                code.visitMethodInsn(inherited ? Opcodes.INVOKEINTERFACE : Opcodes.INVOKEVIRTUAL,
                        inherited ? Type.getInternalName(Step.class) : Variants.name((Record) program.steps().get(i)),
                        called, descriptor, inherited);
                if (trace) {
                    Label next = new Label();
                    code.visitVarInsn(Opcodes.ALOAD, 1);
                    code.visitJumpInsn(Opcodes.IFNULL, next);
                    code.visitVarInsn(Opcodes.ALOAD, 1);
                    new RecordCode(code, pool, name).push(i);
                    code.visitMethodInsn(Opcodes.INVOKEINTERFACE, "java/util/function/IntConsumer", "accept", "(I)V",
                            true);
                    code.visitLabel(next);
                }
            }
            end(code, Opcodes.RETURN);
        }
    }

    private static String descriptor(Step step) {
        return "L" + Variants.name((Record) step) + ";";
    }

    private static boolean inherits(Class<?> owner, String method) {
        try {
            owner.getDeclaredMethod(method, Memory.class);
            return false;
        } catch (NoSuchMethodException e) {
            return true;
        }
    }

    /**
     * {@code run} with an array for each input and output; the same led by a consumer that is told of each step; and,
     * if there is one output, one that returns it.
     */
    private void ports() {
        List<JvmProgram.Port> in = program.inputs();
        List<JvmProgram.Port> out = program.outputs();
        StringBuilder arguments = new StringBuilder();
        in.forEach(p -> arguments.append(type(p)));
        String inputs = arguments.toString();
        out.forEach(p -> arguments.append(type(p)));
        String all = arguments + ")V";
        MethodVisitor code = method(Opcodes.ACC_PUBLIC, "run", "(" + TRACE + all);
        for (int i = 0; i < in.size(); i++) {
            transfer(code, in.get(i), i + 2, "input " + i, true);
        }
        for (int i = 0; i < out.size(); i++) {
            checkLength(code, out.get(i), in.size() + i + 2, "output " + i);
        }
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitVarInsn(Opcodes.ALOAD, 1);
        code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, name, "steps", "(" + TRACE + ")V", false);
        for (int i = 0; i < out.size(); i++) {
            transfer(code, out.get(i), in.size() + i + 2, "output " + i, false);
        }
        end(code, Opcodes.RETURN);
        untraced(all, in.size() + out.size());
        if (out.size() == 1) {
            returning(inputs, all, in.size(), out.getFirst());
        }
    }

    private void untraced(String all, int count) {
        MethodVisitor code = method(Opcodes.ACC_PUBLIC, "run", "(" + all);
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitInsn(Opcodes.ACONST_NULL);
        for (int i = 1; i <= count; i++) {
            code.visitVarInsn(Opcodes.ALOAD, i);
        }
        code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, name, "run", "(" + TRACE + all, false);
        end(code, Opcodes.RETURN);
    }

    private void returning(String inputs, String all, int count, JvmProgram.Port out) {
        MethodVisitor code = method(Opcodes.ACC_PUBLIC, "run", "(" + inputs + ")" + type(out));
        new RecordCode(code, pool, name).push(out.length());
        code.visitIntInsn(Opcodes.NEWARRAY, primitive(out));
        code.visitVarInsn(Opcodes.ASTORE, count + 1);
        for (int i = 0; i <= count + 1; i++) {
            code.visitVarInsn(Opcodes.ALOAD, i);
        }
        code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, name, "run", "(" + all, false);
        code.visitVarInsn(Opcodes.ALOAD, count + 1);
        end(code, Opcodes.ARETURN);
    }

    private void checkLength(MethodVisitor code, JvmProgram.Port port, int local, String what) {
        Label fits = new Label();
        code.visitVarInsn(Opcodes.ALOAD, local);
        code.visitInsn(Opcodes.ARRAYLENGTH);
        new RecordCode(code, pool, name).push(port.length());
        code.visitJumpInsn(Opcodes.IF_ICMPEQ, fits);
        code.visitTypeInsn(Opcodes.NEW, "java/lang/IllegalArgumentException");
        code.visitInsn(Opcodes.DUP);
        code.visitLdcInsn(what + " has " + port.length() + " elements");
        code.visitMethodInsn(Opcodes.INVOKESPECIAL, "java/lang/IllegalArgumentException", "<init>",
                "(Ljava/lang/String;)V", false);
        code.visitInsn(Opcodes.ATHROW);
        code.visitLabel(fits);
    }

    private void transfer(MethodVisitor code, JvmProgram.Port port, int local, String what, boolean in) {
        RecordCode values = new RecordCode(code, pool, name);
        if (in) {
            checkLength(code, port, local, what);
            code.visitVarInsn(Opcodes.ALOAD, local);
        } else {
            load(code, port);
        }
        values.push(0);
        if (in) {
            load(code, port);
        } else {
            code.visitVarInsn(Opcodes.ALOAD, local);
        }
        values.push(0);
        values.push(port.length());
        code.visitMethodInsn(Opcodes.INVOKESTATIC, "java/lang/System", "arraycopy",
                "(Ljava/lang/Object;ILjava/lang/Object;II)V", false);
    }

    private void load(MethodVisitor code, JvmProgram.Port port) {
        code.visitVarInsn(Opcodes.ALOAD, 0);
        new RecordCode(code, pool, name).push(port.buffer());
        code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, name, "buffer", "(I)Ljava/lang/Object;", false);
    }

    /** {@code buffer(int)}: the array behind a buffer, for tools that feed and look into a model. */
    private void buffer() {
        MethodVisitor code = method(Opcodes.ACC_PUBLIC, "buffer", "(I)Ljava/lang/Object;");
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitFieldInsn(Opcodes.GETFIELD, name, "memory", "L" + MEMORY + ";");
        code.visitVarInsn(Opcodes.ILOAD, 1);
        code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, MEMORY, "array", "(I)Ljava/lang/Object;", false);
        end(code, Opcodes.ARETURN);
    }

    private static String type(JvmProgram.Port port) {
        return Type.getDescriptor(port.storage().array(0).getClass());
    }

    private static int primitive(JvmProgram.Port port) {
        return switch (port.storage()) {
            case I8, U8 -> Opcodes.T_BYTE;
            case I16, U16 -> Opcodes.T_SHORT;
            case I32, U32 -> Opcodes.T_INT;
            case I64, U64 -> Opcodes.T_LONG;
            case WHOLE, F32 -> Opcodes.T_FLOAT;
            case F64 -> Opcodes.T_DOUBLE;
        };
    }

    private MethodVisitor method(int access, String method, String descriptor) {
        MethodVisitor code = writer.visitMethod(access, method, descriptor, null, null);
        code.visitCode();
        return code;
    }

    private static void end(MethodVisitor code, int instruction) {
        code.visitInsn(instruction);
        code.visitMaxs(0, 0);
        code.visitEnd();
    }

    /** A jar of files, the same bytes for the same files. */
    static byte[] jar(Map<String, byte[]> files) {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        Map<String, byte[]> entries = new TreeMap<>(files);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            manifest.write(text);
            add(zip, "META-INF/MANIFEST.MF", text.toByteArray());
            for (String file : new ArrayList<>(entries.keySet())) {
                add(zip, file, entries.get(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static void add(ZipOutputStream zip, String file, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(file);
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
