package quantwright.simulator.functional;

import java.util.Arrays;
import quantwright.ir.arith.Averages;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.QuantizedAdd;
import quantwright.ir.arith.QuantizedSoftmax;
import quantwright.ir.arith.Requantizer;
import quantwright.npu.isa.Area;
import quantwright.npu.isa.Block;
import quantwright.npu.isa.ElementwiseKind;
import quantwright.npu.isa.Grid;
import quantwright.npu.isa.PoolKind;
import quantwright.npu.isa.VectorInstruction;
import quantwright.npu.isa.Window;

/** Executes the vector unit's instructions. */
final class VectorUnit {
    private final Scratchpad scratchpad;
    private final AccumulatorMemory accumulators;
    private final Parameters parameters;

    VectorUnit(Scratchpad scratchpad, AccumulatorMemory accumulators) {
        this.scratchpad = scratchpad;
        this.accumulators = accumulators;
        this.parameters = new Parameters(scratchpad);
    }

    void execute(VectorInstruction instruction) {
        switch (instruction) {
            case VectorInstruction.Requantize r -> requantize(r);
            case VectorInstruction.Elementwise e -> elementwise(e);
            case VectorInstruction.Pool p -> pool(p);
            case VectorInstruction.Lookup l -> lookup(l);
            case VectorInstruction.Softmax s -> softmax(s);
            case VectorInstruction.Move m -> move(m);
        }
    }

    private void requantize(VectorInstruction.Requantize r) {
        int columns = r.grid().columns();
        int entries = r.perColumn() ? columns : 1;
        int entryBytes = 4 + r.rescaling().factorBytes();
        var bias = new int[entries];
        var requantizers = new Requantizer[entries];
        for (int i = 0; i < entries; i++) {
            bias[i] = scratchpad.readInt(r.table() + i * entryBytes);
            requantizers[i] = parameters.requantizer(r.rescaling(), r.table() + i * entryBytes + 4);
        }
        QuantRange range = Parameters.range(r.output(), r.min(), r.max());
        int least = r.output().type().min();
        for (int row = 0; row < r.grid().rows(); row++) {
            int word = r.sums().address() + row * r.sums().pitch();
            int to = at(r.output(), r.grid(), row);
            for (int c = 0; c < columns; c++) {
                int entry = r.perColumn() ? c : 0;
                int value = rescale(requantizers[entry], sum(accumulators.get(word + c), bias[entry]), range);
                scratchpad.write(r.output().type(), to, c,
                    r.lookup() ? scratchpad.bytes()[r.lookupTable() + value - least] : value);
            }
        }
    }

    /** Wraps in 32 bits if the accumulators have no more. */
    private long sum(long accumulator, int bias) {
        return accumulators.narrow() ? (int) accumulator + bias : accumulator + bias;
    }

    private static int rescale(Requantizer requantizer, long sum, QuantRange range) {
        return sum == (int) sum ? requantizer.apply((int) sum, range) : requantizer.applyWide(sum, range);
    }

    private void elementwise(VectorInstruction.Elementwise e) {
        int columns = e.grid().columns();
        QuantRange range = Parameters.range(e.output(), e.min(), e.max());
        Pairs pairs = pairs(e, range);
        var first = new int[e.spreadFirst() ? 1 : columns];
        var second = new int[e.spreadSecond() ? 1 : columns];
        for (int row = 0; row < e.grid().rows(); row++) {
            scratchpad.read(e.first().type(), at(e.first(), e.grid(), row), first.length, 0, first, 0);
            scratchpad.read(e.second().type(), at(e.second(), e.grid(), row), second.length, 0, second, 0);
            int to = at(e.output(), e.grid(), row);
            for (int c = 0; c < columns; c++) {
                int value = pairs.apply(first[e.spreadFirst() ? 0 : c], second[e.spreadSecond() ? 0 : c]);
                scratchpad.write(e.output().type(), to, c, value);
            }
        }
    }

    /** A function of two stored values. */
    private interface Pairs {
        int apply(int first, int second);
    }

    private Pairs pairs(VectorInstruction.Elementwise e, QuantRange range) {
        int zero1 = e.first().zero();
        int zero2 = e.second().zero();
        return switch (e.kind()) {
            case ADD, SUB -> {
                QuantizedAdd adder = parameters.adder(e, e.kind() == ElementwiseKind.SUB, range);
                yield adder::apply;
            }
            case MUL -> {
                Requantizer requantizer = parameters.requantizer(e.rescaling(), e.table());
                yield (a, b) -> rescale(requantizer, (long) (a - zero1) * (b - zero2), range);
            }
            case MAX -> (a, b) -> range.clamp(Math.max(a, b));
            case MIN -> (a, b) -> range.clamp(Math.min(a, b));
        };
    }

    private void pool(VectorInstruction.Pool p) {
        Window w = p.input();
        int channels = w.channels();
        QuantRange range = Parameters.range(p.output(), p.min(), p.max());
        var tap = new int[channels];
        var result = new int[channels];
        for (int row = 0; row < w.rows(); row++) {
            boolean max = p.kind() == PoolKind.MAX;
            Arrays.fill(result, max ? Integer.MIN_VALUE : 0);
            int start = w.address() + row / w.innerRows() * w.outerPitch() + row % w.innerRows() * w.innerPitch();
            for (int y = 0; y < w.kernelRows(); y++) {
                for (int x = 0; x < w.kernelColumns(); x++) {
                    scratchpad.read(w.type(), start + y * w.kernelRowPitch() + x * w.kernelColumnPitch(), channels,
                        max ? 0 : w.zero(), tap, 0);
                    for (int c = 0; c < channels; c++) {
                        result[c] = max ? Math.max(result[c], tap[c]) : result[c] + tap[c];
                    }
                }
            }
            finish(p, row, result, range);
        }
    }

    /** Rescales or divides the sums of a row and stores it. */
    private void finish(VectorInstruction.Pool p, int row, int[] values, QuantRange range) {
        int entry = p.perRow() ? row : 0;
        int to = at(p.output(), p.grid(), row);
        switch (p.kind()) {
            case MAX -> {
                for (int c = 0; c < values.length; c++) {
                    scratchpad.write(p.output().type(), to, c, range.clamp(values[c]));
                }
            }
            case AVERAGE -> {
                Requantizer requantizer = parameters.requantizer(p.rescaling(),
                    p.table() + entry * p.rescaling().factorBytes());
                for (int c = 0; c < values.length; c++) {
                    scratchpad.write(p.output().type(), to, c, requantizer.apply(values[c], range));
                }
            }
            case AVERAGE_DIVIDE -> {
                int count = scratchpad.readInt(p.table() + entry * 4);
                var centred = new QuantRange(0, range.min() - range.zero(), range.max() - range.zero());
                for (int c = 0; c < values.length; c++) {
                    scratchpad.write(p.output().type(), to, c,
                        Averages.divide(values[c], count, centred) + range.zero());
                }
            }
        }
    }

    private void lookup(VectorInstruction.Lookup l) {
        var row = new int[l.grid().columns()];
        int least = l.input().type().min();
        for (int r = 0; r < l.grid().rows(); r++) {
            scratchpad.read(l.input().type(), at(l.input(), l.grid(), r), row.length, least, row, 0);
            int to = at(l.output(), l.grid(), r);
            for (int c = 0; c < row.length; c++) {
                scratchpad.write(l.output().type(), to, c, scratchpad.bytes()[l.table() + row[c]]);
            }
        }
    }

    private void softmax(VectorInstruction.Softmax s) {
        var table = new int[256];
        var reals = new float[256];
        for (int i = 0; i < table.length; i++) {
            table[i] = scratchpad.readInt(s.table() + 4 * i);
            reals[i] = Float.intBitsToFloat(table[i]);
        }
        int least = s.output().type().min();
        var range = new QuantRange(least, least, s.output().type().max());
        var in = new int[s.grid().columns()];
        var out = new int[in.length];
        for (int r = 0; r < s.grid().rows(); r++) {
            scratchpad.read(s.input().type(), at(s.input(), s.grid(), r), in.length, 0, in, 0);
            if (s.real()) {
                QuantizedSoftmax.tflite(reals, in, out, 1f / 256, range);
            } else {
                QuantizedSoftmax.integer(table, in, out, least);
            }
            int to = at(s.output(), s.grid(), r);
            for (int c = 0; c < out.length; c++) {
                scratchpad.write(s.output().type(), to, c, out[c]);
            }
        }
    }

    private void move(VectorInstruction.Move m) {
        Block from = m.from();
        Block to = m.to();
        DmaUnit.copy(scratchpad.bytes(), from.address(), from.rowPitch(), from.planePitch(), scratchpad.bytes(),
            to.address(), to.rowPitch(), to.planePitch(), m.size());
    }

    /** First byte of a row. */
    private static int at(Area area, Grid grid, int row) {
        return area.address() + row / grid.innerRows() * area.outerPitch()
            + row % grid.innerRows() * area.innerPitch();
    }
}
