package quantwright.backend.jvm;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Writes the bytecode that makes a value again: numbers, enum constants, arrays of the constant pool, and records of
 * such values. So a step that the compiler makes as a record needs no code of its own to be written into a class.
 */
final class RecordCode {
    private final MethodVisitor code;
    private final ConstantPool pool;
    private final String owner;

    /**
     * Writes into a method.
     *
     * @param owner internal name of the class whose static field {@code CONSTANTS} holds the pool's arrays
     */
    RecordCode(MethodVisitor code, ConstantPool pool, String owner) {
        this.code = code;
        this.pool = pool;
        this.owner = owner;
    }

    /** Pushes a value of a static type. */
    void push(Object value, Class<?> type) {
        switch (value) {
            case null -> code.visitInsn(Opcodes.ACONST_NULL);
            case Boolean b -> push(b ? 1 : 0);
            case Integer i -> push(i);
            case Long l -> code.visitLdcInsn(l);
            case Float f -> code.visitLdcInsn(f);
            case Double d -> code.visitLdcInsn(d);
            case Enum<?> e -> code.visitFieldInsn(Opcodes.GETSTATIC, Type.getInternalName(e.getDeclaringClass()),
                    e.name(), Type.getDescriptor(e.getDeclaringClass()));
            case Record r -> pushRecord(r);
            default -> pushArray(value, type);
        }
    }

    /** Pushes an int in its shortest form. */
    void push(int value) {
        push(code, value);
    }

    /** Pushes an int in its shortest form. */
    static void push(MethodVisitor code, int value) {
        if (value >= -1 && value <= 5) {
            code.visitInsn(Opcodes.ICONST_0 + value);
        } else if (value == (byte) value) {
            code.visitIntInsn(Opcodes.BIPUSH, value);
        } else if (value == (short) value) {
            code.visitIntInsn(Opcodes.SIPUSH, value);
        } else {
            code.visitLdcInsn(value);
        }
    }

    private void pushRecord(Record value) {
        String name = Variants.name(value);
        RecordComponent[] components = value.getClass().getRecordComponents();
        code.visitTypeInsn(Opcodes.NEW, name);
        code.visitInsn(Opcodes.DUP);
        for (RecordComponent component : components) {
            try {
                push(component.getAccessor().invoke(value), component.getType());
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new IllegalStateException("reading " + component, e);
            }
        }
        code.visitMethodInsn(Opcodes.INVOKESPECIAL, name, "<init>", Arrays.stream(components)
                .map(c -> Type.getDescriptor(c.getType())).collect(Collectors.joining("", "(", ")V")), false);
    }

    private void pushArray(Object array, Class<?> type) {
        if (type.getComponentType().isPrimitive() || type == float[][].class) {
            code.visitFieldInsn(Opcodes.GETSTATIC, owner, "CONSTANTS", "[Ljava/lang/Object;");
            push(pool.index(array));
            code.visitInsn(Opcodes.AALOAD);
            code.visitTypeInsn(Opcodes.CHECKCAST, Type.getInternalName(type));
            return;
        }
        push(Array.getLength(array));
        code.visitTypeInsn(Opcodes.ANEWARRAY, Type.getInternalName(type.getComponentType()));
        for (int i = 0; i < Array.getLength(array); i++) {
            code.visitInsn(Opcodes.DUP);
            push(i);
            push(Array.get(array, i), type.getComponentType());
            code.visitInsn(Opcodes.AASTORE);
        }
    }
}
