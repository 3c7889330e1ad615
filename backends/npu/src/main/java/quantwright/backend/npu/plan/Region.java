package quantwright.backend.npu.plan;

/**
 * A rectangle of pixels.
 *
 * @param rows its rows
 * @param columns its columns
 */
public record Region(Rows rows, Rows columns) {
}
