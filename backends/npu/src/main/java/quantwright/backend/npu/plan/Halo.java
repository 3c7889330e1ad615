package quantwright.backend.npu.plan;

/**
 * Rows and pixels around a feature map.
 *
 * @param top rows above
 * @param left pixels before each row
 * @param bottom rows below
 * @param right pixels after each row
 */
public record Halo(int top, int left, int bottom, int right) {
    /** Nothing. */
    public static final Halo NONE = new Halo(0, 0, 0, 0);

    /** Whether there is nothing around the map. */
    public boolean isNone() {
        return equals(NONE);
    }

    /** What holds both. */
    public Halo union(Halo o) {
        return new Halo(Math.max(top, o.top), Math.max(left, o.left), Math.max(bottom, o.bottom),
                Math.max(right, o.right));
    }
}
