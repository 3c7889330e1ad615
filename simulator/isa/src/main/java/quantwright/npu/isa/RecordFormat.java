package quantwright.npu.isa;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
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

    /**
     * A field of the flat list.
     *
     * @param name  dotted
     * @param type  of the record's component
     * @param field what it means
     * @param width bytes in the binary form
     * @param min   least value
     * @param max   greatest value
     */
    record Leaf(String name, Class<?> type, Field field, int width, long min, long max) {
        Leaf(String name, Class<?> type, Field field) {
            this(name, type, field, type == long.class ? 8 : type == int.class ? 4 : 1, min(type, field),
                max(type, field));
        }

        private static long min(Class<?> type, Field field) {
            return type == int.class || type == long.class ? field.min() : 0;
        }

        private static long max(Class<?> type, Field field) {
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
            if (value >= min && value <= max) {
                return null;
            }
            return name + " is " + value + ", outside [" + min + ", " + max + "]";
        }
    }

    /**
     * A component.
     *
     * @param accessor of a record to its component
     * @param number   of a record to its component as a long, if that is a number
     * @param constants those of an enum, else null
     */
    private record Part(MethodHandle accessor, MethodHandle number, Class<?> type, RecordFormat nested,
            Object[] constants) {
        static Part of(RecordComponent component, RecordFormat nested) {
            Class<?> type = component.getType();
            try {
                MethodHandle get = MethodHandles.lookup().unreflect(component.getAccessor());
                MethodHandle number = type == int.class || type == long.class
                    ? get.asType(MethodType.methodType(long.class, Object.class)) : null;
                return new Part(get.asType(MethodType.methodType(Object.class, Object.class)), number, type, nested,
                    type.getEnumConstants());
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(component.toString(), e);
            }
        }

        Object get(Object record) {
            try {
                return (Object) accessor.invokeExact(record);
            } catch (Throwable e) {
                throw failed(e);
            }
        }

        /** Accessors declare nothing, so that what comes is an error of the machine or of a caller: it goes on as it is. */
        private IllegalStateException failed(Throwable e) {
            if (e instanceof RuntimeException r) {
                throw r;
            }
            if (e instanceof Error error) {
                throw error;
            }
            return new IllegalStateException(accessor.toString(), e);
        }

        long number(Object record) {
            if (number == null) {
                Object value = get(record);
                return value instanceof Boolean b ? (b ? 1 : 0) : ((Enum<?>) value).ordinal();
            }
            try {
                return (long) number.invokeExact(record);
            } catch (Throwable e) {
                throw failed(e);
            }
        }
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
            parts.add(Part.of(component, nested));
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
            if (part.nested != null) {
                next = part.nested.flatten(part.get(record), out, next);
            } else {
                out[next++] = part.number(record);
            }
        }
        return next;
    }

    private Object build(long[] values, int[] next) {
        var arguments = new Object[parts.size()];
        for (int i = 0; i < arguments.length; i++) {
            Part part = parts.get(i);
            arguments[i] = part.nested != null ? part.nested.build(values, next) : box(part, values[next[0]++]);
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

    private static Object box(Part part, long value) {
        Class<?> type = part.type;
        if (type == int.class) {
            return Math.toIntExact(value);
        }
        if (type == long.class) {
            return value;
        }
        return type == boolean.class ? (Object) (value != 0) : part.constants[(int) value];
    }
}
