package quantwright.simulator.functional;

import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.QuantizedAdd;
import quantwright.ir.arith.QuantizedSoftmax;
import quantwright.ir.arith.Requantizer;
import quantwright.npu.isa.Area;
import quantwright.npu.isa.Block;
import quantwright.npu.isa.ElementwiseKind;
import quantwright.npu.isa.Grid;
import quantwright.npu.isa.VectorInstruction;

/** Executes the vector unit's instructions. */
final class VectorUnit {
    private final Scratchpad scratchpad;
    private final AccumulatorMemory accumulators;
    private final Parameters parameters;
    private final PoolUnit pools;

    VectorUnit(Scratchpad scratchpad, AccumulatorMemory accumulators) {
        this.scratchpad = scratchpad;
        this.accumulators = accumulators;
        this.parameters = new Parameters(scratchpad);
        this.pools = new PoolUnit(scratchpad, parameters);
    }

    void execute(VectorInstruction instruction) {
        switch (instruction) {
            case VectorInstruction.Requantize r -> requantize(r);
            case VectorInstruction.Elementwise e -> elementwise(e);
            case VectorInstruction.Pool p -> pools.pool(p);
            case VectorInstruction.RequantizePool p -> pools.pool(p,
                new SumReader(scratchpad, accumulators, parameters, p.sums(), p.grid(), p.stored()));
            case VectorInstruction.Lookup l -> lookup(l);
            case VectorInstruction.Softmax s -> softmax(s);
            case VectorInstruction.Move m -> move(m);
        }
    }

    private void requantize(VectorInstruction.Requantize r) {
        var reader = new SumReader(scratchpad, accumulators, parameters, r.sums(), r.grid(), r.stored());
        var values = new int[r.grid().columns()];
        for (int row = 0; row < r.grid().rows(); row++) {
            reader.read(row, values);
            int to = at(r.output(), r.grid(), row);
            for (int c = 0; c < values.length; c++) {
                scratchpad.write(r.output().type(), to, c, values[c]);
            }
        }
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
                yield (a, b) -> SumReader.rescale(requantizer, (long) (a - zero1) * (b - zero2), range);
            }
            case MAX -> (a, b) -> range.clamp(Math.max(a, b));
            case MIN -> (a, b) -> range.clamp(Math.min(a, b));
        };
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
    static int at(Area area, Grid grid, int row) {
        return area.address() + row / grid.innerRows() * area.outerPitch()
            + row % grid.innerRows() * area.innerPitch();
    }
}
