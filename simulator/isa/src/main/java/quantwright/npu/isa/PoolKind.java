package quantwright.npu.isa;

/** Reductions of a window, channel by channel. */
public enum PoolKind {
    /** Greatest stored value; no parameter table. */
    MAX,
    /** Sum of {@code q - zero}, rescaled by a factor that holds the division by the count. */
    AVERAGE,
    /** Sum of {@code q - zero} divided by an i32 count, ties away from zero. */
    AVERAGE_DIVIDE;

    /** Bytes of an entry of the parameter table. */
    public long entryBytes(Rescaling rescaling) {
        return switch (this) {
            case MAX -> 0;
            case AVERAGE -> rescaling.factorBytes();
            case AVERAGE_DIVIDE -> 4;
        };
    }
}
