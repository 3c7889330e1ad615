package quantwright.simulator.functional;

import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Requantizer;
import quantwright.npu.isa.Accumulators;
import quantwright.npu.isa.Grid;
import quantwright.npu.isa.Stored;

/** Turns accumulators into stored values: bias, rescale, zero point, clamp, table. */
final class SumReader {
    private final Scratchpad scratchpad;
    private final AccumulatorMemory accumulators;
    private final Accumulators sums;
    private final Stored stored;
    private final int[] bias;
    private final Requantizer[] requantizers;
    private final QuantRange range;

    SumReader(Scratchpad scratchpad, AccumulatorMemory accumulators, Parameters parameters, Accumulators sums, Grid grid,
            Stored stored) {
        this.scratchpad = scratchpad;
        this.accumulators = accumulators;
        this.sums = sums;
        this.stored = stored;
        int entries = stored.perColumn() ? grid.columns() : 1;
        int entryBytes = 4 + stored.rescaling().factorBytes();
        bias = new int[entries];
        requantizers = new Requantizer[entries];
        for (int i = 0; i < entries; i++) {
            bias[i] = scratchpad.readInt(stored.table() + i * entryBytes);
            requantizers[i] = parameters.requantizer(stored.rescaling(), stored.table() + i * entryBytes + 4);
        }
        range = new QuantRange(stored.zero(), stored.min(), stored.max());
    }

    /** The values of a row. */
    void read(long row, int[] out) {
        int word = Math.toIntExact(sums.address() + row * sums.pitch());
        for (int c = 0; c < out.length; c++) {
            int entry = stored.perColumn() ? c : 0;
            int value = rescale(requantizers[entry], sum(accumulators.get(word + c), bias[entry]), range);
            out[c] = stored.lookup() ? scratchpad.element(stored.type(), stored.lookupTable(), value - stored.type().min())
                : value;
        }
    }

    /** Wraps in 32 bits if the accumulators have no more. */
    private long sum(long accumulator, int addend) {
        return accumulators.narrow() ? (int) accumulator + addend : accumulator + addend;
    }

    /** Rescales a sum of up to 64 bits. */
    static int rescale(Requantizer requantizer, long sum, QuantRange range) {
        return sum == (int) sum ? requantizer.apply((int) sum, range) : requantizer.applyWide(sum, range);
    }
}
