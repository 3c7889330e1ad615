package quantwright.ir.type;

/**
 * Integer storage that expresses reals: {@code real = scale * (q - zeroPoint)}. The granularity is per tensor, per axis
 * (one scale for each index of {@code axis}), per block (groups of {@code blockSize} along {@code axis}) or per group (a
 * scale for each index of {@code axis} times an integer for each group along another axis).
 */
public sealed interface QuantizedType extends ElementType {
    /** Type of the reals this stands for: f32, f16 or bf16. */
    ScalarType expressed();

    /** Number of scales: 1 per tensor, the axis length per axis, the number of groups per block or group. */
    int scaleCount();

    /** Scale number {@code i}; positive and finite. */
    float scale(int i);

    /** Zero point number {@code i}, within the storage range. */
    int zeroPoint(int i);

    /** Number of scales by which a product's sums over these weights become reals: multipliers are in the sums. */
    default int sumScaleCount() {
        return scaleCount();
    }

    /** Scale number {@code i} of those that {@link #sumScaleCount} counts. */
    default float sumScale(int i) {
        return scale(i);
    }

    /** Whether the scale varies along an index: per block or per group. */
    default boolean isBlocked() {
        return this instanceof PerBlock || this instanceof PerGroup;
    }

    /** Whether every zero point is 0. */
    default boolean isSymmetric() {
        for (int i = 0; i < scaleCount(); i++) {
            if (zeroPoint(i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** One scale and zero point for the whole tensor. */
    record PerTensor(ScalarType storage, ScalarType expressed, float scale, int zeroPoint) implements QuantizedType {
        /** Checks storage kind, scale and zero point. */
        public PerTensor {
            Checks.common(storage, expressed);
            Checks.scale(scale);
            Checks.zeroPoint(storage, zeroPoint);
        }

        @Override
        public int scaleCount() {
            return 1;
        }

        @Override
        public float scale(int i) {
            return scale;
        }

        @Override
        public int zeroPoint(int i) {
            return zeroPoint;
        }

        /** For people; {@code quantwright.ir.text.TypeText} is exact. */
        @Override
        public String toString() {
            return storage + "(" + scale + (zeroPoint == 0 ? ")" : ", zero " + zeroPoint + ")");
        }
    }

    /** One scale and zero point for each index of {@code axis}. */
    record PerAxis(ScalarType storage, ScalarType expressed, int axis, Floats scales, Ints zeroPoints)
            implements QuantizedType {
        /** Checks storage kind, scales and zero points. */
        public PerAxis {
            Checks.common(storage, expressed);
            Checks.parameters(storage, scales, zeroPoints);
            if (axis < 0) {
                throw new IllegalArgumentException("axis " + axis + " is negative");
            }
        }

        @Override
        public int scaleCount() {
            return scales.size();
        }

        @Override
        public float scale(int i) {
            return scales.get(i);
        }

        @Override
        public int zeroPoint(int i) {
            return zeroPoints.get(i);
        }

        /** For people; {@code quantwright.ir.text.TypeText} is exact. */
        @Override
        public String toString() {
            return storage + "(" + scales.size() + " scales along axis " + axis + ")";
        }
    }

    /**
     * One scale and zero point for each group of {@code blockSize} elements along {@code axis}; scales are in row-major
     * order of the tensor's shape with the axis divided by the block size.
     */
    record PerBlock(ScalarType storage, ScalarType expressed, int axis, int blockSize, Floats scales, Ints zeroPoints)
            implements QuantizedType {
        /** Checks storage kind, block size, scales and zero points. */
        public PerBlock {
            Checks.common(storage, expressed);
            Checks.parameters(storage, scales, zeroPoints);
            if (axis < 0 || blockSize <= 0) {
                throw new IllegalArgumentException("axis " + axis + ", block size " + blockSize);
            }
        }

        @Override
        public int scaleCount() {
            return scales.size();
        }

        @Override
        public float scale(int i) {
            return scales.get(i);
        }

        @Override
        public int zeroPoint(int i) {
            return zeroPoints.get(i);
        }

        /** For people; {@code quantwright.ir.text.TypeText} is exact. */
        @Override
        public String toString() {
            return storage + "(blocks of " + blockSize + " along axis " + axis + ")";
        }
    }

    /**
     * A scale for each index of {@code axis} times a {@code u8} for each group of {@code groupSize} elements along
     * {@code groupAxis}, so that sums over groups stay integers; zero points are 0. Multipliers are those of index 0
     * first. Source: S. Dai et al., "VS-Quant: per-vector scaled quantization", MLSys 2021, section 4.4.
     */
    record PerGroup(ScalarType storage, ScalarType expressed, int axis, int groupAxis, int groupSize, Floats scales,
                    Ints multipliers) implements QuantizedType {
        /** Greatest multiplier. */
        public static final int MOST = 255;

        /** Checks storage kind, axes, group size, scales and multipliers. */
        public PerGroup {
            Checks.common(storage, expressed);
            if (axis < 0 || groupAxis <= axis || groupSize <= 0) {
                throw new IllegalArgumentException("axis " + axis + ", groups of " + groupSize + " along axis "
                        + groupAxis + "; groups lie along a later axis");
            }
            if (scales.size() == 0 || multipliers.size() == 0 || multipliers.size() % scales.size() != 0) {
                throw new IllegalArgumentException(multipliers.size() + " multipliers for " + scales.size() + " scales");
            }
            for (int i = 0; i < scales.size(); i++) {
                Checks.scale(scales.get(i));
            }
            if (multipliers.stream().anyMatch(m -> m < 1 || m > MOST)) {
                throw new IllegalArgumentException("group multipliers lie in 1 to " + MOST);
            }
        }

        /** Groups of each index of {@link #axis}. */
        public int groups() {
            return multipliers.size() / scales.size();
        }

        /** Multiplier of element {@code k} along the group axis, at index {@code i} of {@link #axis}. */
        public int multiplier(int i, int k) {
            return multipliers.get(i * groups() + k / groupSize);
        }

        /** Bytes that the multipliers take beside the stored values. */
        public long multiplierBytes() {
            return multipliers.size();
        }

        @Override
        public int sumScaleCount() {
            return scales.size();
        }

        @Override
        public float sumScale(int i) {
            return scales.get(i);
        }

        @Override
        public int scaleCount() {
            return multipliers.size();
        }

        /** The scale of a group: that of its index times its multiplier, one f32 product. */
        @Override
        public float scale(int i) {
            return scales.get(i / groups()) * multipliers.get(i);
        }

        @Override
        public int zeroPoint(int i) {
            return 0;
        }

        /** For people; {@code quantwright.ir.text.TypeText} is exact. */
        @Override
        public String toString() {
            return storage + "(" + scales.size() + " scales along axis " + axis + ", groups of " + groupSize + ")";
        }
    }

    /** Per-tensor type over f32. */
    static PerTensor perTensor(ScalarType storage, float scale, int zeroPoint) {
        return new PerTensor(storage, ScalarType.F32, scale, zeroPoint);
    }

    /** Symmetric per-axis type over f32. */
    static PerAxis perAxis(ScalarType storage, int axis, float[] scales) {
        return new PerAxis(storage, ScalarType.F32, axis, Floats.of(scales), Ints.of(new int[scales.length]));
    }

    /** Parameter checks shared by the granularities. */
    final class Checks {
        private Checks() {
        }

        private static void common(ScalarType storage, ScalarType expressed) {
            if (!storage.isInteger() || storage.bits() > 32) {
                throw new IllegalArgumentException("storage type " + storage + " is not an integer of at most 32 bits");
            }
            if (!expressed.isFloat()) {
                throw new IllegalArgumentException("expressed type " + expressed + " is not a float type");
            }
        }

        private static void scale(float scale) {
            if (!(scale > 0) || Float.isInfinite(scale)) {
                throw new IllegalArgumentException("scale " + scale + " is not positive and finite");
            }
        }

        private static void zeroPoint(ScalarType storage, int zeroPoint) {
            if (zeroPoint < storage.minValue() || zeroPoint > storage.maxValue()) {
                throw new IllegalArgumentException("zero point " + zeroPoint + " is outside " + storage);
            }
        }

        private static void parameters(ScalarType storage, Floats scales, Ints zeroPoints) {
            if (scales.size() != zeroPoints.size() || scales.size() == 0) {
                throw new IllegalArgumentException(scales.size() + " scales, " + zeroPoints.size() + " zero points");
            }
            for (int i = 0; i < scales.size(); i++) {
                scale(scales.get(i));
                zeroPoint(storage, zeroPoints.get(i));
            }
        }
    }
}
