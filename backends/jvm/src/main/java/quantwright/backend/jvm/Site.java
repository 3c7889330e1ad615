package quantwright.backend.jvm;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import quantwright.backend.jvm.runtime.Copy;
import quantwright.backend.jvm.runtime.Step;
import quantwright.backend.jvm.runtime.Storage;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Constant;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** A node being lowered, with the program so far and the buffers of values. */
final class Site {
    /** Extent below which an axis is not worth an inner loop. */
    private static final int SHORT = 16;

    private final JvmProgram program;
    private final Map<Value, Integer> buffers;
    private final Node node;

    Site(JvmProgram program, Map<Value, Integer> buffers, Node node) {
        this.program = program;
        this.buffers = buffers;
        this.node = node;
    }

    /** How a type's elements lie. */
    static Storage storage(TensorType type) {
        return type.isQuantized() && type.storage().bits() <= 8 ? Storage.WHOLE : port(type);
    }

    /** How a type's elements lie in the arrays of a caller. */
    static Storage port(TensorType type) {
        return switch (type.storage()) {
            case I8, I4, I2, SIGN1 -> Storage.I8;
            case U8, U4, U2, BOOL -> Storage.U8;
            case I16 -> Storage.I16;
            case U16 -> Storage.U16;
            case I32 -> Storage.I32;
            case U32 -> Storage.U32;
            case I64 -> Storage.I64;
            case F32 -> Storage.F32;
            case F64 -> Storage.F64;
            case U64 -> Storage.U64;
            case F16, BF16 -> throw new Refusal("elements of " + type.storage() + " have no kernels");
        };
    }

    /** Elements of a type. */
    static int size(TensorType type) {
        return Math.toIntExact(type.shape().elementCount());
    }

    /** Type of operand {@code i}. */
    TensorType type(int i) {
        return node.operand(i).type().canonical();
    }

    /** Storage of operand {@code i}. */
    Storage storage(int i) {
        return storage(type(i));
    }

    /** Number of operands. */
    int operands() {
        return node.operands().size();
    }

    /** Type of the result. */
    TensorType result() {
        return node.result().type().canonical();
    }

    /** Storage of the result. */
    Storage resultStorage() {
        return storage(result());
    }

    /** Elements of the result. */
    int size() {
        return size(result());
    }

    /** Refuses the node. */
    void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new Refusal(otherwise);
        }
    }

    /** Refuses operand {@code i} unless it is f32. */
    void requireFloat(int i) {
        require(type(i).element() == ScalarType.F32, "operand " + i + " is " + type(i).element() + ", not f32");
    }

    /** Per-tensor parameters of a quantized type. */
    static QuantizedType.PerTensor perTensor(TensorType type) {
        if (type.element() instanceof QuantizedType.PerTensor t) {
            return t;
        }
        throw new Refusal(type.element() + " is not quantized per tensor");
    }

    /** The constant that operand {@code i} is. */
    Tensor constant(int i) {
        if (node.operand(i).producer() != null && node.operand(i).producer().op() instanceof Constant c) {
            return c.data().toTensor();
        }
        throw new Refusal("operand " + i + " is not constant");
    }

    /** Whether operand {@code i} is a constant. */
    boolean isConstant(int i) {
        return node.operand(i).producer() != null && node.operand(i).producer().op() instanceof Constant;
    }

    /** Buffer of operand {@code i}, for the next step to read. */
    int in(int i) {
        int buffer = buffer(node.operand(i));
        program.touch(buffer);
        return buffer;
    }

    private int buffer(Value value) {
        Integer known = buffers.get(value);
        if (known != null) {
            return known;
        }
        Constant constant = (Constant) value.producer().op();
        return buffers.computeIfAbsent(value, v -> constant(constant.data().toTensor()));
    }

    /** Buffer of the result, for the next step to write. */
    int out() {
        int buffer = buffers.computeIfAbsent(node.result(), v -> program.buffer(storage(v.type().canonical()),
                size(v.type())));
        program.touch(buffer);
        return buffer;
    }

    /** A buffer for elements between two steps. */
    int between(Storage storage, int length) {
        return program.buffer(storage, length);
    }

    /** A constant buffer of one element or more. */
    int constant(Tensor tensor) {
        return constant(program, tensor);
    }

    /** A constant buffer of a tensor's elements. */
    static int constant(JvmProgram program, Tensor tensor) {
        Storage storage = storage(tensor.type());
        if (storage != Storage.WHOLE) {
            return program.constant(storage, tensor.array(), tensor.size());
        }
        float[] whole = new float[tensor.size()];
        for (int i = 0; i < whole.length; i++) {
            whole[i] = tensor.integer(i);
        }
        return program.constant(storage, whole, whole.length);
    }

    /** Lets the result be operand {@code i}. */
    void alias(int i) {
        buffers.put(node.result(), buffer(node.operand(i)));
    }

    /** Appends a step. */
    void add(Step step) {
        program.add(step);
    }

    /** Lets the next step read a buffer. */
    int touch(int buffer) {
        program.touch(buffer);
        return buffer;
    }

    /** Row-major strides as ints. */
    static int[] strides(Shape shape) {
        return Arrays.stream(shape.strides()).mapToInt(Math::toIntExact).toArray();
    }

    /** Buffer of operand {@code i} broadcast to a shape; a copy if it has another. */
    int expanded(int i, Shape shape) {
        Shape from = type(i).shape();
        if (from.equals(shape)) {
            return in(i);
        }
        int[] own = strides(from);
        int[] strides = new int[shape.rank()];
        int lead = shape.rank() - from.rank();
        for (int axis = lead; axis < strides.length; axis++) {
            strides[axis] = from.dim(axis - lead) == 1 ? 0 : own[axis - lead];
        }
        int to = between(storage(i), Math.toIntExact(shape.elementCount()));
        copy(in(i), 0, shape.toArray(), strides, to, 0, strides(shape));
        return touch(to);
    }

    /** Appends a copy of a view, with axes joined where both sides allow. */
    void copy(int from, int at, int[] dims, int[] strides, int to, int slot, int[] pitches) {
        int[] d = new int[dims.length + 1];
        int[] s = new int[dims.length + 1];
        int[] p = new int[dims.length + 1];
        int rank = 0;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] == 1) {
                continue;
            }
            if (rank > 0 && s[rank - 1] == strides[i] * dims[i] && p[rank - 1] == pitches[i] * dims[i]) {
                d[rank - 1] *= dims[i];
            } else {
                d[rank++] = dims[i];
            }
            s[rank - 1] = strides[i];
            p[rank - 1] = pitches[i];
        }
        if (rank == 0) {
            d[0] = 1;
            s[0] = 1;
            p[0] = 1;
            rank = 1;
        }
        if (d[rank - 1] < SHORT) {
            longestLast(rank, d, s, p);
        }
        program.touch(from);
        program.touch(to);
        add(new Copy(from, at, Arrays.copyOf(d, rank), Arrays.copyOf(s, rank), to, slot, Arrays.copyOf(p, rank)));
    }

    /** Takes the longest axis innermost: the order in which elements are copied is free. */
    private static void longestLast(int rank, int[]... axes) {
        int longest = rank - 1;
        for (int i = 0; i < rank; i++) {
            longest = axes[0][i] > axes[0][longest] ? i : longest;
        }
        for (int[] values : axes) {
            int swapped = values[longest];
            values[longest] = values[rank - 1];
            values[rank - 1] = swapped;
        }
    }

    /** A fresh map of buffers. */
    static Map<Value, Integer> buffers() {
        return new HashMap<>();
    }
}
