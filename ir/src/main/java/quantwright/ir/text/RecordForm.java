package quantwright.ir.text;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import quantwright.ir.diag.InternalCompilerError;

/** The components of one attribute record, read and constructed by reflection. */
final class RecordForm {
    private final RecordComponent[] components;
    private final Constructor<?> constructor;
    private final List<String> names = new ArrayList<>();

    private RecordForm(Class<?> type) {
        components = type.getRecordComponents();
        Class<?>[] parameters = new Class<?>[components.length];
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = components[i].getType();
            names.add(components[i].getName());
        }
        try {
            constructor = type.getDeclaredConstructor(parameters);
        } catch (NoSuchMethodException e) {
            throw new InternalCompilerError(type + " has no canonical constructor", e);
        }
    }

    /** Component names, in order. */
    List<String> names() {
        return names;
    }

    /** Generic type of component {@code i}. */
    Type type(int i) {
        return components[i].getGenericType();
    }

    /** Value of component {@code i}. */
    Object get(Object instance, int i) {
        try {
            return components[i].getAccessor().invoke(instance);
        } catch (ReflectiveOperationException e) {
            throw new InternalCompilerError("cannot read " + components[i] + " of " + instance.getClass()
                    + "; its package must be exported", e);
        }
    }

    /**
     * Constructs an instance.
     *
     * @throws IllegalArgumentException if the record's own checks reject the values
     */
    Object create(Object[] values) {
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException || e.getCause() instanceof ArithmeticException
                    || e.getCause() instanceof IndexOutOfBoundsException
                    || e.getCause() instanceof NullPointerException) {
                throw new IllegalArgumentException(e.getCause().getMessage(), e.getCause());
            }
            throw new InternalCompilerError("constructing " + constructor, e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new InternalCompilerError("cannot construct " + constructor + "; its package must be exported", e);
        }
    }

    /** Forms by class, looked up once each. */
    static final class Cache {
        private final Map<Class<?>, RecordForm> known = new HashMap<>();

        RecordForm of(Class<?> type) {
            return known.computeIfAbsent(type, RecordForm::new);
        }
    }
}
