package quantwright.simulator;

import java.util.Locale;
import quantwright.profiles.NpuMachine;

/** A part of the machine that energy goes to. */
public enum Component {
    /** Multipliers and their registers. */
    ARRAY(false),
    /** Accumulator memory. */
    ACCUMULATORS(false),
    /** Scratchpad. */
    SCRATCHPAD(false),
    /** Vector unit. */
    VECTOR(false),
    /** DMA engines. */
    DMA(false),
    /** Sequencing and clock tree. */
    CONTROL(false),
    /** External memory. */
    DRAM(true),
    /** External memory of constants. */
    FLASH(true);

    private final boolean external;

    Component(boolean external) {
        this.external = external;
    }

    /** Whether it has a supply of its own, so that the operating point does not change its energy. */
    public boolean external() {
        return external;
    }

    /** Lower case. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Power whenever the machine is on, at the nominal voltage, watts. */
    public double staticWatts(NpuMachine m) {
        return switch (this) {
            case ARRAY -> m.array().cellLeakageWatts();
            case ACCUMULATORS -> m.accumulators().leakageWatts();
            case SCRATCHPAD -> m.scratchpad().leakageWatts();
            case VECTOR -> m.vector().leakageWatts();
            case DMA -> 0;
            case CONTROL -> m.control().leakageWatts();
            case DRAM -> m.dram().backgroundWatts();
            case FLASH -> m.flash().map(NpuMachine.ExternalMemory::backgroundWatts).orElse(0.0);
        };
    }
}
