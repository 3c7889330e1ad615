package quantwright.simulator.functional;

import java.util.Arrays;
import quantwright.ir.arith.Averages;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Requantizer;
import quantwright.npu.isa.Area;
import quantwright.npu.isa.PoolKind;
import quantwright.npu.isa.PoolWindows;
import quantwright.npu.isa.Rescaling;
import quantwright.npu.isa.VectorInstruction;
import quantwright.npu.isa.Window;

/** Reduces windows, of the scratchpad or of sums on their way there. */
final class PoolUnit {
    private final Scratchpad scratchpad;
    private final Parameters parameters;

    PoolUnit(Scratchpad scratchpad, Parameters parameters) {
        this.scratchpad = scratchpad;
        this.parameters = parameters;
    }

    /** Arithmetic and place of results. */
    private record Finish(PoolKind kind, Area output, Rescaling rescaling, QuantRange range) {
    }

    void pool(VectorInstruction.Pool p) {
        Window w = p.input();
        var finish = new Finish(p.kind(), p.output(), p.rescaling(), Parameters.range(p.output(), p.min(), p.max()));
        var tap = new int[w.channels()];
        var result = new int[w.channels()];
        for (int row = 0; row < w.rows(); row++) {
            boolean max = p.kind() == PoolKind.MAX;
            Arrays.fill(result, start(p.kind()));
            int start = w.address() + row / w.innerRows() * w.outerPitch() + row % w.innerRows() * w.innerPitch();
            for (int y = 0; y < w.kernelRows(); y++) {
                for (int x = 0; x < w.kernelColumns(); x++) {
                    scratchpad.read(w.type(), start + y * w.kernelRowPitch() + x * w.kernelColumnPitch(), w.channels(),
                        max ? 0 : w.zero(), tap, 0);
                    add(p.kind(), result, tap, 0);
                }
            }
            int entry = p.perRow() ? row : 0;
            store(finish, Math.toIntExact(p.table() + entry * p.kind().entryBytes(p.rescaling())), result,
                VectorUnit.at(p.output(), p.grid(), row));
        }
    }

    /** Pools values that {@code reader} makes of the sums. */
    void pool(VectorInstruction.RequantizePool p, SumReader reader) {
        PoolWindows w = p.windows();
        var finish = new Finish(p.kind(), p.output(), p.rescaling(), Parameters.range(p.output(), p.min(), p.max()));
        int across = p.grid().innerRows();
        var values = new int[Math.toIntExact(p.grid().rows())][p.grid().columns()];
        for (int row = 0; row < values.length; row++) {
            reader.read(row, values[row]);
        }
        var result = new int[p.grid().columns()];
        for (int window = 0; window < w.windows(); window++) {
            Arrays.fill(result, p.kind() == PoolKind.MAX ? p.stored().type().min() : 0);
            int y = w.firstRow() + window / w.innerRows() * w.rowStride();
            int x = w.firstColumn() + window % w.innerRows() * w.columnStride();
            for (int r = Math.max(0, y); r < Math.min(p.grid().outerRows(), y + w.kernelRows()); r++) {
                for (int c = Math.max(0, x); c < Math.min(across, x + w.kernelColumns()); c++) {
                    add(p.kind(), result, values[r * across + c], p.kind() == PoolKind.MAX ? 0 : w.zero());
                }
            }
            store(finish, p.table(), result, VectorUnit.at(p.output(), p.outputGrid(), window));
        }
    }

    private static int start(PoolKind kind) {
        return kind == PoolKind.MAX ? Integer.MIN_VALUE : 0;
    }

    private static void add(PoolKind kind, int[] result, int[] tap, int zero) {
        boolean max = kind == PoolKind.MAX;
        for (int c = 0; c < result.length; c++) {
            result[c] = max ? Math.max(result[c], tap[c]) : result[c] + tap[c] - zero;
        }
    }

    /** Rescales or divides the sums of a window, or takes its maxima, and stores them. */
    private void store(Finish f, int table, int[] values, int to) {
        QuantRange range = f.range;
        switch (f.kind) {
            case MAX -> {
                for (int c = 0; c < values.length; c++) {
                    scratchpad.write(f.output.type(), to, c, range.clamp(values[c]));
                }
            }
            case AVERAGE -> {
                Requantizer requantizer = parameters.requantizer(f.rescaling, table);
                for (int c = 0; c < values.length; c++) {
                    scratchpad.write(f.output.type(), to, c, requantizer.apply(values[c], range));
                }
            }
            case AVERAGE_DIVIDE -> {
                int count = scratchpad.readInt(table);
                var centred = new QuantRange(0, range.min() - range.zero(), range.max() - range.zero());
                for (int c = 0; c < values.length; c++) {
                    scratchpad.write(f.output.type(), to, c, Averages.divide(values[c], count, centred) + range.zero());
                }
            }
        }
    }
}
