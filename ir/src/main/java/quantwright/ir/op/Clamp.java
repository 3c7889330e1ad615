package quantwright.ir.op;

import quantwright.ir.type.ScalarType;

/** Closed interval of stored integers that a result is clamped to; fused ReLU and ReLU6 narrow it. */
public record Clamp(int min, int max) {
    /** The whole range of a storage type. */
    public static Clamp full(ScalarType storage) {
        return new Clamp((int) storage.minValue(), (int) storage.maxValue());
    }
}
