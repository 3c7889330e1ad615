package quantwright.npu.isa;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A record type seen as a flat list of numbers, nested records in place. Numbers stand for themselves, booleans are 0
 * or
 * 1, enum constants their ordinals.
 */
final class RecordFormat {
    private final Class<?> type;
    private final Constructor<?> constructor;
    private final List<Part> parts;
    private final List<Leaf> leaves;

    /** A field of the flat list. */
    record Leaf(String name, Class<?> type, Field field) {
        /** Bytes in the binary form. */
        int width() {
            return type == long.class ? 8 : type == int.class ? 4 : 1;
        }

        long min() {
            return isNumber() ? field.min() : 0;
        }

        long max() {
            if (type == boolean.class) {
                return 1;
            }
            if (type.isEnum()) {
                return type.getEnumConstants().length - 1L;
            }
            return type == int.class ? Math.min(field.max(), Integer.MAX_VALUE) : field.max();
        }

        boolean isNumber() {
            return type == int.class || type == long.class;
        }

        /** Names of an enum's or a boolean's values, in order. */
        List<String> symbols() {
            if (type == boolean.class) {
                return List.of("no", "yes");
            }
            return Arrays.stream(type.getEnumConstants()).map(c -> Names.kebab(((Enum<?>) c).name())).toList();
        }

        /** What is wrong with a value, or null. */
        String complaint(long value) {
            if (value >= min() && value <= max()) {
                return null;
            }
            return name + " is " + value + ", outside [" + min() + ", " + max() + "]";
        }
    }

    private record Part(Method accessor, Class<?> type, RecordFormat nested) {
    }

    RecordFormat(Class<?> type) {
        this.type = type;
        this.parts = new ArrayList<>();
        this.leaves = new ArrayList<>();
        RecordComponent[] components = type.getRecordComponents();
        var types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            types[i] = component.getType();
            Field field = component.getAnnotation(Field.class);
            if (field == null) {
                throw new IllegalStateException(type.getName() + "." + component.getName() + " has no @Field");
            }
            String name = Names.kebab(component.getName());
            RecordFormat nested = types[i].isRecord() ? new RecordFormat(types[i]) : null;
            parts.add(new Part(component.getAccessor(), types[i], nested));
            if (nested == null) {
                leaves.add(new Leaf(name, types[i], field));
            } else {
                nested.leaves.forEach(l -> leaves.add(new Leaf(name + "." + l.name(), l.type(), l.field())));
            }
        }
        try {
            this.constructor = type.getDeclaredConstructor(types);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(type.getName() + " has no canonical constructor", e);
        }
    }

    Class<?> type() {
        return type;
    }

    List<Leaf> leaves() {
        return leaves;
    }

    /** The numbers of a record of this type. */
    long[] values(Object record) {
        var out = new long[leaves.size()];
        flatten(record, out, 0);
        return out;
    }

    /** What is wrong with a record's numbers, or null. */
    String complaint(Object record) {
        long[] values = values(record);
        for (int i = 0; i < values.length; i++) {
            String complaint = leaves.get(i).complaint(values[i]);
            if (complaint != null) {
                return complaint;
            }
        }
        return null;
    }

    /**
     * The record of these numbers, each within its leaf's range.
     *
     * @throws IllegalArgumentException if the record's constructor refuses them
     */
    Object build(long[] values) {
        return build(values, new int[1]);
    }

    private int flatten(Object record, long[] out, int at) {
        int next = at;
        for (Part part : parts) {
            Object value = get(part.accessor, record);
            if (part.nested != null) {
                next = part.nested.flatten(value, out, next);
            } else {
                out[next++] = switch (value) {
                    case Integer i -> i;
                    case Long l -> l;
                    case Boolean b -> b ? 1 : 0;
                    case Enum<?> e -> e.ordinal();
                    default -> throw new IllegalStateException("no encoding of " + part.type);
                };
            }
        }
        return next;
    }

    private Object build(long[] values, int[] next) {
        var arguments = new Object[parts.size()];
        for (int i = 0; i < arguments.length; i++) {
            Part part = parts.get(i);
            arguments[i] = part.nested != null ? part.nested.build(values, next) : box(part.type, values[next[0]++]);
        }
        try {
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw refused;
            }
            throw new IllegalStateException(type.getName(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type.getName(), e);
        }
    }

    private static Object box(Class<?> type, long value) {
        if (type == int.class) {
            return Math.toIntExact(value);
        }
        if (type == long.class) {
            return value;
        }
        return type == boolean.class ? (Object) (value != 0) : type.getEnumConstants()[(int) value];
    }

    private static Object get(Method accessor, Object record) {
        try {
            return accessor.invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(accessor.toString(), e);
        }
    }
}
