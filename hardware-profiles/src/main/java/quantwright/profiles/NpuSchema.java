package quantwright.profiles;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import quantwright.profiles.SectionType.Label;

/** What a profile may say of a neural processing unit; ranges are those of the instruction set. */
final class NpuSchema {
    private static final List<String> TAPS = List.of("together", "apart");
    private static final int LARGE = 1 << 16;
    private static final int MAX_WINDOW = 1 << 10;
    private static final double ADDRESSES = Integer.MAX_VALUE;

    private NpuSchema() {
    }

    static SectionType npu() {
        return SectionType.once("npu", "DMA in, MAC array, vector unit, DMA out, scratchpad")
            .with(ProfileSchema.point(), array(), pair(), accumulators(), vector(), scratchpad(), dma(),
                    ProfileSchema.externalMemory("dram", "external memory of inputs, outputs and workspace"),
                    ProfileSchema.externalMemory("flash", "external memory of constants, if they have their own")
                            .optional(),
                    SectionType.once("semaphores", "counters that order the queues",
                            KeyType.whole("count", Dimension.COUNT, 1, LARGE, "how many"),
                            KeyType.whole("limit", Dimension.COUNT, 1, LARGE - 1, "greatest value of one")),
                    limits(), ProfileSchema.control("control"));
    }

    static <E extends Enum<E>> List<String> words(Class<E> type) {
        return Arrays.stream(type.getEnumConstants()).map(NpuSchema::word).toList();
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static SectionType array() {
        return SectionType.once("array", "the multipliers",
                KeyType.choice("structure", words(NpuMachine.Structure.class), "how operands reach them"),
                KeyType.choice("dataflow", words(NpuMachine.Dataflow.class), "what rests in the array"),
                KeyType.whole("rows", Dimension.COUNT, 1, LARGE, "rows"),
                KeyType.whole("columns", Dimension.COUNT, 1, LARGE, "columns"),
                KeyType.whole("positions", Dimension.COUNT, 1, LARGE,
                        "output positions a broadcast array computes at once; 1 for a systolic one"),
                KeyType.whole("stationary-buffers", Dimension.COUNT, 1, 16,
                        "stationary tiles held at once; with 2 the next one loads while one is used"),
                KeyType.whole("load", Dimension.CYCLES, 1, LARGE,
                        "to load a stationary tile into a broadcast array; a systolic one takes a cycle a row").optional(),
                KeyType.choice("taps", TAPS, "whether a tile's rows may belong to several taps of a window; "
                        + "together unless stated").optional(),
                KeyType.whole("pipeline", Dimension.CYCLES, 0, LARGE, "constant latency of a tile"),
                KeyType.whole("depthwise", Dimension.MACS_PER_CYCLE, 0, ADDRESSES,
                        "rate of depthwise convolutions; 0 if the array does not execute them"),
                KeyType.whole("depthwise-taps", Dimension.COUNT, 1, LARGE,
                        "taps taken at once there, if a window's are rounded up to a multiple").optional(),
                KeyType.amount("leakage", Dimension.POWER, "leakage of the whole array"));
    }

    private static SectionType pair() {
        return SectionType.once("pair", "types of activations and weights that are multiplied",
                KeyType.positive("throughput", Dimension.MACS_PER_CYCLE, "of one cell"),
                KeyType.amount("energy", Dimension.ENERGY, "of one multiply-accumulate"))
                .each(new Label("activations", List.of("i8", "i16")),
                        new Label("weights", List.of("i8", "i4", "i2", "i1")));
    }

    private static SectionType accumulators() {
        return SectionType.once("accumulators", "where sums lie",
                KeyType.whole("words", Dimension.COUNT, 1, ADDRESSES, "accumulators"),
                KeyType.whole("width", Dimension.BITS, 16, 64, "width of one"),
                KeyType.amount("energy", Dimension.ENERGY, "to read or write one"),
                KeyType.amount("leakage", Dimension.POWER, "leakage"));
    }

    private static SectionType vector() {
        return SectionType.once("vector", "the unit that requantizes, pools, combines and moves",
                KeyType.positive("requantize", Dimension.ELEMENTS_PER_CYCLE, "sums rescaled"),
                KeyType.positive("elementwise", Dimension.ELEMENTS_PER_CYCLE, "additions, multiplications, comparisons"),
                KeyType.positive("pool", Dimension.ELEMENTS_PER_CYCLE, "taps reduced"),
                KeyType.positive("lookup", Dimension.ELEMENTS_PER_CYCLE, "bytes mapped"),
                KeyType.positive("softmax", Dimension.ELEMENTS_PER_CYCLE, "elements of a softmax"),
                KeyType.positive("move", Dimension.BYTES_PER_CYCLE, "bytes copied within the scratchpad"),
                KeyType.whole("start", Dimension.CYCLES, 0, LARGE, "constant latency of an instruction"),
                KeyType.amount("energy", Dimension.ENERGY, "of one element, tap or moved byte"),
                KeyType.amount("leakage", Dimension.POWER, "leakage"))
            .with(SectionType.once("output-pool", "pools on the way from the accumulators to the scratchpad",
                    KeyType.positive("sums", Dimension.ELEMENTS_PER_CYCLE, "sums taken, whatever the window"),
                    KeyType.whole("window", Dimension.COUNT, 1, MAX_WINDOW, "most taps of a window along a side"))
                    .optional());
    }

    private static SectionType scratchpad() {
        return SectionType.once("scratchpad", "on-chip memory of operands and results",
                KeyType.whole("size", Dimension.BYTES, 1, ADDRESSES, "capacity"),
                KeyType.whole("banks", Dimension.COUNT, 1, LARGE, "banks"),
                KeyType.whole("bank-width", Dimension.BYTES, 1, LARGE, "what a bank gives per cycle"),
                KeyType.whole("interleave", Dimension.BYTES, 1, LARGE, "consecutive bytes that lie in one bank"),
                KeyType.choice("bank-order", List.of("in-turn", "hashed"),
                        "bank of the next of those: the next one, or by a hash that spreads strides"),
                KeyType.amount("read", Dimension.ENERGY_PER_BYTE, "energy to read"),
                KeyType.amount("write", Dimension.ENERGY_PER_BYTE, "energy to write"),
                KeyType.amount("leakage", Dimension.POWER, "leakage"));
    }

    private static SectionType dma() {
        return SectionType.once("dma", "each of the two engines between external memory and scratchpad",
                KeyType.positive("bandwidth", Dimension.BYTES_PER_CYCLE, "of one engine"),
                KeyType.whole("alignment", Dimension.BYTES, 1, LARGE, "of addresses and pitches, a power of two"),
                KeyType.whole("burst", Dimension.BYTES, 1, ADDRESSES, "longest contiguous access"),
                KeyType.whole("setup", Dimension.CYCLES, 0, LARGE, "from an instruction's start to its first request"),
                KeyType.amount("energy", Dimension.ENERGY_PER_BYTE, "to move a byte, memories apart"));
    }

    private static SectionType limits() {
        return SectionType.once("limits", "what an operator may not exceed",
                KeyType.whole("kernel-rows", Dimension.COUNT, 1, LARGE, "tallest window"),
                KeyType.whole("kernel-columns", Dimension.COUNT, 1, LARGE, "widest window"),
                KeyType.whole("stride", Dimension.COUNT, 1, LARGE, "largest stride"),
                KeyType.whole("channels", Dimension.COUNT, 1, ADDRESSES, "most channels"));
    }
}
