package quantwright.compiler.pass;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Constant;
import quantwright.ir.type.Ints;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Reading, making and moving constants in rewrites. */
public final class Constants {
    private Constants() {
    }

    /** The data of a constant; empty for any other value. */
    public static Optional<ConstantData> data(Value value) {
        return !value.isInput() && value.producer().op() instanceof Constant c ? Optional.of(c.data())
                : Optional.empty();
    }

    /** Whether a value is a constant. */
    public static boolean isConstant(Value value) {
        return data(value).isPresent();
    }

    /** Whether the value is an f32 constant. */
    static boolean isF32(Value value) {
        return value.type().element() == ScalarType.F32 && isConstant(value);
    }

    /** The one value that every element of an f32 constant has. */
    static OptionalDouble splat(Value value) {
        if (!isF32(value) || value.type().shape().elementCount() == 0) {
            return OptionalDouble.empty();
        }
        float[] all = data(value).orElseThrow().toTensor().floats();
        for (float f : all) {
            if (Float.floatToRawIntBits(f) != Float.floatToRawIntBits(all[0])) {
                return OptionalDouble.empty();
            }
        }
        return OptionalDouble.of(all[0]);
    }

    /** Whether the value is an f32 constant all of whose elements are about {@code expected} (1e-4 relative). */
    static boolean isAbout(Value value, double expected) {
        OptionalDouble c = splat(value);
        return c.isPresent() && isAbout(c.getAsDouble(), expected);
    }

    static boolean isAbout(double value, double expected) {
        return Math.abs(value - expected) <= 1e-4 * Math.abs(expected);
    }

    /**
     * The elements of an f32 constant that varies at most along the last axis of a tensor of shape {@code s}, one for
     * each index of that axis; null if it is none. The constant must not broadcast the tensor to another shape.
     */
    static double[] perChannel(Value value, Shape s) {
        Shape c = value.type().shape();
        if (!isF32(value) || s.rank() == 0 || c.rank() > s.rank() || c.elementCount() == 0) {
            return null;
        }
        int channels = s.dim(-1);
        if (c.elementCount() != (c.rank() == 0 ? 1 : c.dim(-1)) || c.elementCount() != 1 && c.dim(-1) != channels) {
            return null;
        }
        float[] all = data(value).orElseThrow().toTensor().floats();
        double[] out = new double[channels];
        for (int i = 0; i < channels; i++) {
            out[i] = all.length == 1 ? all[0] : all[i];
        }
        return out;
    }

    /** Rounds to f32. */
    static float[] toFloats(double[] values) {
        float[] out = new float[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) values[i];
        }
        return out;
    }

    /** Inserts a constant before {@code at}, named and located after {@code like}. */
    static Value insert(Graph graph, Node at, ConstantData data, Value like) {
        Node node = graph.insertBefore(at, new Constant(data), List.of(), List.of(), like.producer().location());
        node.result().setName(like.name());
        return node.result();
    }

    /** Inserts a per-channel f32 constant before {@code at}. */
    static Value insert(Graph graph, Node at, double[] perChannel) {
        ConstantData data = ConstantData.of(Tensor.ofFloats(new int[] {perChannel.length}, toFloats(perChannel)));
        return graph.insertBefore(at, new Constant(data), List.of(), List.of(), at.location()).result();
    }

    /** The data with permuted axes; the element must be plain or quantized per tensor. */
    public static ConstantData transpose(ConstantData data, Ints p) {
        Shape from = data.type().shape();
        TensorType type = data.type().withShape(Permutations.apply(from, p));
        if (Permutations.keepsOrder(from, p)) {
            return data.withType(type);
        }
        Tensor x = data.toTensor();
        Tensor y = Tensor.zeros(type);
        long[] strides = from.strides();
        int rank = p.size();
        int[] step = new int[rank];
        int[] dims = type.shape().toArray();
        for (int i = 0; i < rank; i++) {
            step[i] = (int) strides[p.get(i)];
        }
        int[] index = new int[rank];
        int source = 0;
        for (int i = 0; i < y.size(); i++) {
            copyElement(x, source, y, i);
            for (int axis = rank - 1; axis >= 0; axis--) {
                source += step[axis];
                if (++index[axis] < dims[axis]) {
                    break;
                }
                source -= step[axis] * dims[axis];
                index[axis] = 0;
            }
        }
        return ConstantData.of(y);
    }

    private static void copyElement(Tensor from, int source, Tensor to, int target) {
        System.arraycopy(from.array(), source, to.array(), target, 1);
    }

    /** The same elements under another shape. */
    public static ConstantData reshape(ConstantData data, Shape shape) {
        return data.withType(data.type().withShape(shape));
    }

    /** A shape with leading extents of 1 up to {@code rank}. */
    public static Shape padRank(Shape s, int rank) {
        int[] out = new int[rank];
        Arrays.fill(out, 1);
        System.arraycopy(s.toArray(), 0, out, rank - s.rank(), s.rank());
        return Shape.of(out);
    }
}
