package quantwright.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Secondary metric of kernel benchmarks: work per second, in units of 1e9 multiply-accumulates, or elements. */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class WorkRate {
    /** 1e9 multiply-accumulates done: a rate of GMAC/s in JMH's table. */
    public double gmac;
    /** 1e9 elements done. */
    public double gelements;

    void add(KernelCase<?> c) {
        if (c.multiplies()) {
            gmac += c.work() / 1e9;
        } else {
            gelements += c.work() / 1e9;
        }
    }
}
