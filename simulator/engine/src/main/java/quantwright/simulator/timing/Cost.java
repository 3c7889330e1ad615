package quantwright.simulator.timing;

import quantwright.simulator.Events;
import quantwright.simulator.StallCause;

/**
 * What an instruction takes by itself, in ticks.
 *
 * @param useful   time at the unit's rate
 * @param overhead constant time beside it
 * @param cause    what the overhead is
 * @param accesses accesses of each scratchpad bank
 * @param events   what happens
 * @param transfer bytes that occupy an external memory's channel, 0 if none
 * @param flash    whether that is the memory of constants
 */
record Cost(long useful, long overhead, StallCause cause, float[] accesses, Events events, long transfer,
        boolean flash) {

    /** Cycles that the busiest bank needs. */
    float busiest() {
        float out = 0;
        for (float a : accesses) {
            out = Math.max(out, a);
        }
        return out;
    }
}
