package quantwright.backend.jvm;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import quantwright.backend.Executor;
import quantwright.backend.Manifest;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.InternalCompilerError;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Runs a model's class. */
final class JvmExecutor implements Executor {
    private final Manifest manifest;
    private final MethodHandle run;
    private final MethodHandle buffer;
    private final List<Object> inputs = new ArrayList<>();
    private final List<Object> outputs = new ArrayList<>();
    private final Map<Integer, List<Manifest.Placed>> placedByStep;

    /** An executor with an instance of its own. */
    JvmExecutor(Manifest manifest, Class<?> model) {
        this.manifest = manifest;
        placedByStep = manifest.tensors().stream().collect(Collectors.groupingBy(Manifest.Placed::step));
        manifest.inputs().forEach(p -> inputs.add(Tensor.zeros(p.type()).array()));
        manifest.outputs().forEach(p -> outputs.add(Tensor.zeros(p.type()).array()));
        List<Object> ports = new ArrayList<>(inputs);
        ports.addAll(outputs);
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Object instance = model.getConstructor().newInstance();
            buffer = lookup.findVirtual(model, "buffer", MethodType.methodType(Object.class, int.class))
                    .bindTo(instance);
            List<Class<?>> types = new ArrayList<>(List.of(IntConsumer.class));
            ports.forEach(p -> types.add(p.getClass()));
            run = MethodHandles.insertArguments(lookup.findVirtual(model, "run", MethodType.methodType(void.class,
                    types)).bindTo(instance), 1, ports.toArray());
        } catch (ReflectiveOperationException e) {
            throw new InternalCompilerError("class " + model.getName() + " is not as it was written", e);
        }
    }

    @Override
    public String description() {
        return manifest.backend() + " " + manifest.profile();
    }

    @Override
    public List<Tensor> run(List<Tensor> values) {
        fill(values);
        invoke(null);
        return read();
    }

    private void fill(List<Tensor> values) {
        if (values.size() != inputs.size()) {
            throw new IllegalArgumentException(values.size() + " inputs given, the model has " + inputs.size());
        }
        for (int i = 0; i < values.size(); i++) {
            TensorType expected = manifest.inputs().get(i).type();
            TensorType given = values.get(i).type();
            if (given.storage() != expected.storage() || !given.shape().equals(expected.shape())) {
                throw new IllegalArgumentException("input " + i + " is " + given.storage() + " " + given.shape()
                        + ", the model takes " + expected.storage() + " " + expected.shape());
            }
            System.arraycopy(values.get(i).array(), 0, inputs.get(i), 0, values.get(i).size());
        }
    }

    private void invoke(IntConsumer trace) {
        try {
            run.invokeExact(trace);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new InternalCompilerError("running " + manifest.model() + " failed", e);
        }
    }

    private List<Tensor> read() {
        List<Tensor> result = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            result.add(tensor(manifest.outputs().get(i).type(), outputs.get(i)));
        }
        return result;
    }

    /** A tensor of the first elements of an array. */
    private static Tensor tensor(TensorType type, Object array) {
        Tensor tensor = Tensor.zeros(type);
        if (array instanceof float[] whole && type.storage() != ScalarType.F32) {
            for (int i = 0; i < tensor.size(); i++) {
                tensor.setInteger(i, (int) whole[i]);
            }
        } else {
            System.arraycopy(array, 0, tensor.array(), 0, tensor.size());
        }
        return tensor;
    }

    @Override
    public List<Tensor> run(List<Tensor> values, Trace trace) {
        fill(values);
        invoke(step -> show(step, trace));
        return read();
    }

    private void show(int step, Trace trace) {
        for (Manifest.Placed placed : placedByStep.getOrDefault(step, List.of())) {
            ScalarType scalar = Arrays.stream(ScalarType.values()).filter(t -> t.toString().equals(placed.element()))
                    .findFirst().orElseThrow();
            trace.materialised(placed.name(), tensor(new TensorType(scalar,
                    Shape.of(placed.shape().stream().mapToInt(Integer::intValue).toArray())),
                    array(Math.toIntExact(placed.offset()))));
        }
    }

    private Object array(int index) {
        try {
            return buffer.invoke(index);
        } catch (Throwable e) {
            throw new InternalCompilerError("buffer " + index + " cannot be read", e);
        }
    }

    @Override
    public Optional<Bound> bind() {
        return Optional.of(new Bound() {
            @Override
            public MemorySegment input(int i) {
                return segment(inputs.get(i));
            }

            @Override
            public MemorySegment output(int i) {
                return segment(outputs.get(i));
            }

            @Override
            public void run() {
                invoke(null);
            }

            @Override
            public boolean run(IntConsumer finished) {
                invoke(finished);
                return true;
            }
        });
    }

    private static MemorySegment segment(Object array) {
        return switch (array) {
            case byte[] a -> MemorySegment.ofArray(a);
            case short[] a -> MemorySegment.ofArray(a);
            case int[] a -> MemorySegment.ofArray(a);
            case long[] a -> MemorySegment.ofArray(a);
            case float[] a -> MemorySegment.ofArray(a);
            case double[] a -> MemorySegment.ofArray(a);
            default -> throw new IllegalStateException(Array.getLength(array) + " elements of " + array.getClass());
        };
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
