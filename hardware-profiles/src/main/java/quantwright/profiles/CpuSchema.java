package quantwright.profiles;

import java.util.List;
import quantwright.profiles.SectionType.Label;

/** What a profile may say of a CPU with vector registers. */
final class CpuSchema {
    private CpuSchema() {
    }

    static SectionType cpu() {
        return SectionType.once("cpu", "a core with vector registers",
            KeyType.choice("isa", CpuNames.ISAS, "instruction set"),
            KeyType.text("tune", "scheduling model, by its LLVM name; never adds instructions"),
            KeyType.words("features", "complete list of extensions that code may use, by LLVM's names")
                    .optional(),
            KeyType.whole("vector", Dimension.BITS, 64, 2048, "widest vector register to use"),
            KeyType.whole("l1", Dimension.BYTES, 1, 0x1p40, "first-level data cache"),
            KeyType.whole("l2", Dimension.BYTES, 1, 0x1p40, "second-level cache"))
            .with(performance().optional());
    }

    private static SectionType performance() {
        return SectionType.once("performance", "what one core does in time and energy; complete if it is there",
                KeyType.positive("issue", Dimension.INSTRUCTIONS_PER_CYCLE, "vector instructions, other than products"))
                .with(ProfileSchema.point(), pair(), cache(),
                        ProfileSchema.externalMemory("dram", "main memory as one core sees it"),
                        ProfileSchema.control("core"));
    }

    private static SectionType pair() {
        List<String> types = List.of("i8", "i16", "f32");
        return SectionType.once("pair", "types of activations and weights that are multiplied",
                KeyType.positive("throughput", Dimension.MACS_PER_CYCLE, "of one core"),
                KeyType.amount("energy", Dimension.ENERGY, "of one multiply-accumulate"))
                .each(new Label("activations", types), new Label("weights", types));
    }

    private static SectionType cache() {
        return SectionType.once("cache", "a level of the memory hierarchy",
                KeyType.whole("size", Dimension.BYTES, 1, 0x1p40, "what one core may count on; of l3 only").optional(),
                KeyType.positive("bandwidth", Dimension.BYTES_PER_CYCLE, "reads of one core"),
                KeyType.amount("latency", Dimension.CYCLES, "from load to use"),
                KeyType.amount("energy", Dimension.ENERGY_PER_BYTE, "to read or write"))
                .each(new Label("level", List.of("l1", "l2", "l3")));
    }
}
