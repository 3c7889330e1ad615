package quantwright.backend.npu.plan;

/**
 * A range of rows.
 *
 * @param from first
 * @param to past the last
 */
public record Rows(int from, int to) {
    /** Number of rows. */
    public int count() {
        return to - from;
    }

    /** The part inside a map of {@code height} rows. */
    public Rows inside(int height) {
        return new Rows(Math.clamp(from, 0, height), Math.clamp(to, 0, height));
    }
}
