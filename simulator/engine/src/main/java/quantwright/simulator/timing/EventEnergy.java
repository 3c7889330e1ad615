package quantwright.simulator.timing;

import quantwright.profiles.NpuMachine;
import quantwright.simulator.Component;
import quantwright.simulator.Events;

/** Energy of events at the nominal voltage, control apart. */
public final class EventEnergy {
    private EventEnergy() {
    }

    /** Picojoules of one component's events. */
    public static double of(Component component, Events e, NpuMachine m) {
        return switch (component) {
            case ARRAY -> e.macPicojoules();
            case ACCUMULATORS -> (e.accumulatorReads() + e.accumulatorWrites()) * m.accumulators().accessPicojoules();
            case SCRATCHPAD -> e.scratchpadRead() * m.scratchpad().readPicojoules()
                + e.scratchpadWritten() * m.scratchpad().writePicojoules();
            case VECTOR -> e.vectorElements() * m.vector().elementPicojoules();
            case DMA -> e.dmaBytes() * m.dma().bytePicojoules();
            case CONTROL -> 0;
            case DRAM -> (e.dramRead() + e.dramWritten()) * m.dram().bytePicojoules();
            case FLASH -> m.flash().map(f -> e.flashRead() * f.bytePicojoules()).orElse(0.0);
        };
    }

    static double onChip(Events e, NpuMachine m) {
        double out = 0;
        for (Component c : Component.values()) {
            out += c.external() ? 0 : of(c, e, m);
        }
        return out;
    }

    static double external(Events e, NpuMachine m) {
        return of(Component.DRAM, e, m) + of(Component.FLASH, e, m);
    }
}
