package quantwright.compiler.importer.tflite;

import quantwright.compiler.importer.FormatException;

/** Attributes of an operator: one record per options table of the TensorFlow Lite schema that the importer reads. */
public sealed interface OperatorOptions {
    /** No options table. */
    record None() implements OperatorOptions {
    }

    /**
     * A table this reader does not decode.
     *
     * @param table number of the table in the schema's union
     */
    record Other(int table) implements OperatorOptions {
    }

    /**
     * CONV_2D.
     *
     * @param same whether padding is SAME rather than VALID
     */
    record Conv2d(boolean same, int strideW, int strideH, Activation activation, int dilationW, int dilationH)
        implements OperatorOptions {
    }

    /**
     * DEPTHWISE_CONV_2D.
     *
     * @param same whether padding is SAME rather than VALID
     * @param depthMultiplier redundant with the weights' shape; runtimes ignore it
     */
    record DepthwiseConv2d(boolean same, int strideW, int strideH, int depthMultiplier, Activation activation,
                           int dilationW, int dilationH) implements OperatorOptions {
    }

    /**
     * AVERAGE_POOL_2D, MAX_POOL_2D, L2_POOL_2D.
     *
     * @param same whether padding is SAME rather than VALID
     */
    record Pool2d(boolean same, int strideW, int strideH, int filterW, int filterH, Activation activation)
        implements OperatorOptions {
    }

    /**
     * FULLY_CONNECTED.
     *
     * @param weightsFormat 0 for plain [out, in]
     */
    record FullyConnected(Activation activation, int weightsFormat, boolean keepNumDims) implements OperatorOptions {
    }

    /** SOFTMAX. */
    record Softmax(float beta) implements OperatorOptions {
    }

    /** CONCATENATION; a negative axis counts from the end. */
    record Concatenation(int axis, Activation activation) implements OperatorOptions {
    }

    /** ADD, SUB, MUL, DIV. */
    record Arithmetic(Activation activation) implements OperatorOptions {
    }

    /** RESHAPE; the operator's second input, where present, has the last word. */
    record Reshape(int[] newShape) implements OperatorOptions {
    }

    /** MEAN, SUM, REDUCE_MAX, REDUCE_MIN, REDUCE_PROD, REDUCE_ANY, REDUCE_ALL. */
    record Reducer(boolean keepDims) implements OperatorOptions {
    }

    /** SQUEEZE; no dims means every extent of 1. */
    record Squeeze(int[] dims) implements OperatorOptions {
    }

    /** STRIDED_SLICE. */
    record StridedSlice(int beginMask, int endMask, int ellipsisMask, int newAxisMask, int shrinkAxisMask,
                        boolean offset) implements OperatorOptions {
    }

    /** RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR. */
    record Resize(boolean alignCorners, boolean halfPixelCenters) implements OperatorOptions {
    }

    /** LEAKY_RELU. */
    record LeakyRelu(float alpha) implements OperatorOptions {
    }

    /** PACK, UNPACK. */
    record Pack(int count, int axis) implements OperatorOptions {
    }

    /** SPLIT, SPLIT_V. */
    record Split(int count) implements OperatorOptions {
    }

    /** SHAPE; the result's type, INT32 or INT64. */
    record Shape(int outType) implements OperatorOptions {
    }

    /** DEPTH_TO_SPACE, SPACE_TO_DEPTH. */
    record Block(int size) implements OperatorOptions {
    }

    /** GATHER. */
    record Gather(int axis, int batchDims) implements OperatorOptions {
    }

    /** BATCH_MATMUL. */
    record BatchMatMul(boolean transposeX, boolean transposeY) implements OperatorOptions {
    }

    /**
     * UNIDIRECTIONAL_SEQUENCE_LSTM.
     *
     * @param cellClip bound of the cell state, 0 for none
     * @param projectionClip bound of a projected result, 0 for none
     * @param timeMajor whether the operand is [T, B, I] rather than [B, T, I]
     */
    record SequenceLstm(Activation activation, float cellClip, float projectionClip, boolean timeMajor)
        implements OperatorOptions {
    }

    /** GELU. */
    record Gelu(boolean approximate) implements OperatorOptions {
    }

    /** Decodes the table of the given number in the union {@code BuiltinOptions}. */
    static OperatorOptions of(int number, FlatTable t) throws FormatException {
        return switch (number) {
            case 1 -> new Conv2d(same(t, 0), t.int32(1, 0), t.int32(2, 0), Activation.of(t, 3), t.int32(4, 1),
                t.int32(5, 1));
            case 2 -> new DepthwiseConv2d(same(t, 0), t.int32(1, 0), t.int32(2, 0), t.int32(3, 0),
                Activation.of(t, 4), t.int32(5, 1), t.int32(6, 1));
            case 5 -> new Pool2d(same(t, 0), t.int32(1, 0), t.int32(2, 0), t.int32(3, 0), t.int32(4, 0),
                Activation.of(t, 5));
            case 8 -> new FullyConnected(Activation.of(t, 0), t.int8(1, 0), t.bool(2));
            case 9 -> new Softmax(t.float32(0));
            case 10 -> new Concatenation(t.int32(0, 0), Activation.of(t, 1));
            case 11, 21, 28, 29 -> new Arithmetic(Activation.of(t, 0));
            // Height and width, fields 0 and 1, are deprecated.
            case 15 -> new Resize(t.bool(2), t.bool(3));
            case 17 -> new Reshape(t.int32s(0));
            case 19, 94 -> new Block(t.int32(0, 0));
            case 23 -> new Gather(t.int32(0, 0), t.int32(1, 0));
            case 27 -> new Reducer(t.bool(0));
            case 30 -> new Squeeze(t.int32s(0));
            case 32 -> new StridedSlice(t.int32(0, 0), t.int32(1, 0), t.int32(2, 0), t.int32(3, 0), t.int32(4, 0),
                t.bool(5));
            case 35, 79 -> new Split(t.int32(0, 0));
            case 55 -> new Shape(t.int8(0, 0));
            case 59, 64 -> new Pack(t.int32(0, 0), t.int32(1, 0));
            case 71 -> new SequenceLstm(Activation.of(t, 0), t.float32(1), t.float32(2), t.bool(3));
            case 74 -> new Resize(t.bool(0), t.bool(1));
            case 75 -> new LeakyRelu(t.float32(0));
            case 101 -> new BatchMatMul(t.bool(0), t.bool(1));
            case 116 -> new Gelu(t.bool(0));
            default -> new Other(number);
        };
    }

    private static boolean same(FlatTable table, int field) throws FormatException {
        return switch (table.int8(field, 0)) {
            case 0 -> true;
            case 1 -> false;
            default -> throw table.fail("padding is neither SAME nor VALID");
        };
    }
}
