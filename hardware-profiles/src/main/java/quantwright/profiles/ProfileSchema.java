package quantwright.profiles;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import quantwright.ir.arith.ArithmeticPreset;
import quantwright.ir.arith.OpFamily;
import quantwright.profiles.SectionType.Label;

/** Everything a profile may say. Checker, template and printed forms all follow it. */
final class ProfileSchema {
    /** Name of the operating point that energies and bandwidths are stated at. */
    static final String NOMINAL = "nominal";

    /** Sections that describe a machine; a profile has one. */
    static final List<String> MACHINES = List.of("cpu", "npu", "vendor");

    private ProfileSchema() {
    }

    /** The section behind {@code profile NAME}. */
    static final SectionType ROOT = SectionType.once("profile", "a chip",
            KeyType.text("summary", "one line for people"))
            .with(CpuSchema.cpu().optional(), NpuSchema.npu().optional(),
                    SectionType.once("vendor", "a machine of no template, which a backend of its own knows",
                            KeyType.text("backend", "id of that backend")).optional(), quantization());

    /** A voltage with the clock it allows; {@code nominal} has to be among them. */
    static SectionType point() {
        return SectionType.once("point", "operating point; energies and bandwidths are stated at 'nominal'",
                KeyType.positive("voltage", Dimension.VOLTAGE, "supply"),
                KeyType.positive("clock", Dimension.FREQUENCY, "clock"))
                .each(new Label("name", List.of()));
    }

    /** Memory beyond the chip. */
    static SectionType externalMemory(String name, String doc) {
        return SectionType.once(name, doc,
                KeyType.whole("size", Dimension.BYTES, 1, 0x1p48, "capacity"),
                KeyType.positive("bandwidth", Dimension.BYTES_PER_SECOND, "of the channel, reads and writes together"),
                KeyType.amount("latency", Dimension.TIME, "from asking for a burst to its first byte"),
                KeyType.amount("energy", Dimension.ENERGY_PER_BYTE, "to read or write a byte, interface included"),
                KeyType.amount("background", Dimension.POWER, "refresh and standby"));
    }

    /** What is not stated elsewhere. */
    static SectionType control(String name) {
        return SectionType.once(name, "sequencing, clock tree, whatever is not listed elsewhere",
                KeyType.amount("energy", Dimension.ENERGY, "of each busy cycle"),
                KeyType.amount("leakage", Dimension.POWER, "leakage"));
    }

    private static SectionType quantization() {
        List<KeyType> families = new ArrayList<>();
        for (OpFamily family : OpFamily.values()) {
            families.add(KeyType.rounding(familyKey(family), "rounding of this family, if not the preset's").optional());
        }
        return SectionType.once("quantization", "what the chip's integer arithmetic looks like",
                KeyType.choice("arithmetic", Arrays.stream(ArithmeticPreset.values()).map(ArithmeticPreset::text)
                        .toList(), "preset that chooses the rounding of each op family"),
                KeyType.choice("weights", List.of("per-tensor", "per-channel", "per-group"),
                        "finest granularity of weight scales"),
                KeyType.whole("group", Dimension.COUNT, 2, 1 << 20, "weights that share a scale, with per-group")
                        .optional(),
                KeyType.choice("weight-zero-points", List.of("yes", "no"), "whether they may differ from 0"),
                KeyType.choice("activation-zero-points", List.of("yes", "no"), "whether they may differ from 0"),
                KeyType.whole("accumulator", Dimension.BITS, 16, 64, "width that sums have to fit"))
                .with(SectionType.once("rounding", "rounding by op family: f32, or fixed<BITS, MODE, i32|i64>",
                        families.toArray(KeyType[]::new)).optional());
    }

    /** The key of an op family. */
    static String familyKey(OpFamily family) {
        return family.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
