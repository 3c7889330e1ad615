package quantwright.backend.llvm;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import quantwright.backend.Executor;
import quantwright.backend.Manifest;
import quantwright.backend.llvm.object.NativeModel;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.InternalCompilerError;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Runs the shared object of an artifact. Needs no LLVM. */
public final class LlvmExecutor implements Executor {
    private static final int ALIGNMENT = 64;
    private final Manifest manifest;
    private final NativeModel code;
    private final Arena memory = Arena.ofShared();
    private final List<MemorySegment> inputs = new ArrayList<>();
    private final List<MemorySegment> outputs = new ArrayList<>();
    private final MemorySegment arena;
    private final NativeModel.Call call;
    private final Map<Integer, List<Manifest.Placed>> placedByStep;
    private MethodHandle traced;
    private IntConsumer listener;

    /** Binds buffers to loaded code; the executor owns the code and closes it. */
    public LlvmExecutor(Manifest manifest, NativeModel code) {
        this.manifest = manifest;
        this.code = code;
        manifest.inputs().forEach(p -> inputs.add(memory.allocate(Math.max(1, type(p).packedBytes()), ALIGNMENT)));
        manifest.outputs().forEach(p -> outputs.add(memory.allocate(Math.max(1, type(p).packedBytes()), ALIGNMENT)));
        arena = memory.allocate(Math.max(ALIGNMENT, manifest.arenaBytes()), ALIGNMENT);
        call = code.bind(Stream.concat(inputs.stream(), outputs.stream()).toList(), arena);
        placedByStep = manifest.tensors().stream().collect(Collectors.groupingBy(Manifest.Placed::step));
    }

    private static TensorType type(Manifest.Port port) {
        ScalarType scalar = scalar(port.element());
        ElementType element = port.scale() > 0 ? QuantizedType.perTensor(scalar, port.scale(), port.zeroPoint()) : scalar;
        return new TensorType(element, Shape.of(port.shape().stream().mapToInt(Integer::intValue).toArray()));
    }

    private static ScalarType scalar(String name) {
        return Arrays.stream(ScalarType.values()).filter(t -> t.toString().equals(name)).findFirst().orElseThrow();
    }

    @Override
    public String description() {
        return manifest.backend() + " " + manifest.profile();
    }

    @Override
    public List<Tensor> run(List<Tensor> values) {
        fill(values);
        invoke();
        return read();
    }

    private void invoke() {
        int status = call.run();
        if (status != NativeModel.OK) {
            throw new InternalCompilerError(manifest.symbol() + "_run returned " + status);
        }
    }

    private void fill(List<Tensor> values) {
        if (values.size() != inputs.size()) {
            throw new IllegalArgumentException(values.size() + " inputs given, the model has " + inputs.size());
        }
        for (int i = 0; i < values.size(); i++) {
            TensorType expected = type(manifest.inputs().get(i));
            TensorType given = values.get(i).type();
            if (given.storage() != expected.storage() || !given.shape().equals(expected.shape())) {
                throw new IllegalArgumentException("input " + i + " is " + given.storage() + " " + given.shape()
                        + ", the model takes " + expected.storage() + " " + expected.shape());
            }
            inputs.get(i).copyFrom(MemorySegment.ofArray(values.get(i).pack()));
        }
    }

    private List<Tensor> read() {
        List<Tensor> results = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            results.add(Tensor.unpack(type(manifest.outputs().get(i)), outputs.get(i)));
        }
        return results;
    }

    @Override
    public List<Tensor> run(List<Tensor> values, Trace trace) {
        fill(values);
        RuntimeException[] failure = new RuntimeException[1];
        IntConsumer onStep = step -> {
            try {
                placedByStep.getOrDefault(step, List.of()).forEach(p -> trace.materialised(p.name(), decode(p)));
            } catch (RuntimeException e) {
                // An exception may not cross native frames.
                failure[0] = failure[0] == null ? e : failure[0];
            }
        };
        invoke(onStep);
        if (failure[0] != null) {
            throw failure[0];
        }
        return read();
    }

    /**
     * Runs once and tells {@code onStep}, which must not throw, of each finished step. What native code calls lives as long
     * as the code, with all that it holds: so that is one callback for all runs, which tells whom the run is for.
     */
    private void invoke(IntConsumer onStep) {
        if (traced == null) {
            traced = traced(step -> listener.accept(step));
        }
        listener = onStep;
        try {
            invoke(traced);
        } finally {
            listener = null;
        }
    }

    /** {@code NAME_run_traced} on the buffers, calling {@code callback} after each step. */
    private MethodHandle traced(IntConsumer callback) {
        MemoryLayout[] pointers = new MemoryLayout[inputs.size() + outputs.size() + 2];
        Arrays.fill(pointers, ValueLayout.ADDRESS);
        MethodHandle function = code.object().function(manifest.symbol() + "_run_traced",
                FunctionDescriptor.of(ValueLayout.JAVA_INT, pointers));
        MethodHandle accept;
        try {
            accept = MethodHandles.publicLookup().findVirtual(IntConsumer.class, "accept",
                    MethodType.methodType(void.class, int.class)).bindTo(callback);
        } catch (ReflectiveOperationException e) {
            throw new InternalCompilerError("no method accept(int)", e);
        }
        List<Object> arguments = new ArrayList<>(call.buffers());
        arguments.add(code.object().callback(accept, FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT)));
        return MethodHandles.insertArguments(function, 0, arguments.toArray());
    }

    private void invoke(MethodHandle traced) {
        int status;
        try {
            status = (int) traced.invokeExact();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new InternalCompilerError("calling " + manifest.symbol() + "_run_traced failed", e);
        }
        if (status != NativeModel.OK) {
            throw new InternalCompilerError(manifest.symbol() + "_run_traced returned " + status);
        }
    }

    /** Copies a materialised value out of the arena, undoing layout and encoding. */
    private Tensor decode(Manifest.Placed placed) {
        Shape shape = Shape.of(placed.shape().stream().mapToInt(Integer::intValue).toArray());
        TensorType type = new TensorType(scalar(placed.element()), shape);
        int bytes = Math.max(1, type.storage().bits() / 8);
        byte[] dense = new byte[Math.toIntExact(shape.elementCount() * bytes)];
        copy(placed, shape, 0, placed.offset(), dense, new int[1], bytes);
        if (placed.flip() != 0) {
            for (int i = 0; i < dense.length; i++) {
                dense[i] ^= (byte) placed.flip();
            }
        }
        return Tensor.unpack(type, MemorySegment.ofArray(dense));
    }

    private void copy(Manifest.Placed placed, Shape shape, int axis, long from, byte[] to, int[] at, int bytes) {
        if (axis == shape.rank()) {
            MemorySegment.copy(arena, ValueLayout.JAVA_BYTE, from, to, at[0], bytes);
            at[0] += bytes;
        } else if (axis == shape.rank() - 1 && placed.strides().get(axis) == bytes) {
            int run = shape.dim(axis) * bytes;
            MemorySegment.copy(arena, ValueLayout.JAVA_BYTE, from, to, at[0], run);
            at[0] += run;
        } else {
            for (int i = 0; i < shape.dim(axis); i++) {
                copy(placed, shape, axis + 1, from + i * placed.strides().get(axis), to, at, bytes);
            }
        }
    }

    @Override
    public Optional<Bound> bind() {
        return Optional.of(new Bound() {
            @Override
            public MemorySegment input(int i) {
                return inputs.get(i);
            }

            @Override
            public MemorySegment output(int i) {
                return outputs.get(i);
            }

            @Override
            public void run() {
                invoke();
            }

            @Override
            public boolean run(IntConsumer finished) {
                LlvmExecutor.this.invoke(finished);
                return true;
            }
        });
    }

    @Override
    public void close() {
        code.close();
        memory.close();
    }
}
