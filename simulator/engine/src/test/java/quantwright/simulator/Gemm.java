package quantwright.simulator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import quantwright.npu.isa.Accumulators;
import quantwright.npu.isa.ArrayInstruction;
import quantwright.npu.isa.Dataflow;
import quantwright.npu.isa.MachineParameters;
import quantwright.npu.isa.NumberType;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.Queue;
import quantwright.npu.isa.Weights;
import quantwright.npu.isa.Window;

/**
 * A matrix product tiled for a plain systolic array. Operands are a byte apart from one another's rows, on purpose: only
 * the array's time matters.
 */
public record Gemm(Dataflow dataflow, int rows, int columns, int m, int k, int n) {
    private static final Map<String, Dataflow> DATAFLOWS = Map.of("ws", Dataflow.WEIGHT_STATIONARY, "os",
        Dataflow.OUTPUT_STATIONARY, "is", Dataflow.INPUT_STATIONARY);

    /** A row of SCALE-Sim's reference with its total cycles. */
    public record Row(Gemm gemm, long cycles) {
        /** Reads {@code scalesim-gemm.csv}. */
        public static List<Row> read(Path file) throws IOException {
            return Files.readAllLines(file).stream().skip(1).map(line -> {
                String[] f = line.split(",");
                return new Row(new Gemm(DATAFLOWS.get(f[2]), Integer.parseInt(f[0]), Integer.parseInt(f[1]),
                    Integer.parseInt(f[7]), Integer.parseInt(f[8]), Integer.parseInt(f[9])),
                    (long) Double.parseDouble(f[11]));
            }).toList();
        }

        /** SCALE-Sim counts cycles from 0 and reports the last one's index: one less than the cycles taken. */
        public boolean agrees(long taken) {
            return taken - 1 == cycles;
        }
    }

    MachineParameters machine() {
        return new MachineParameters(rows, columns, dataflow, 1, 1 << 22, 1024, 64, Math.max(1 << 10, m * n), 32, 1 << 24,
            4, 16, 8, true, true, 1, 16);
    }

    /** The array's instructions alone; operands lie in the scratchpad as if loaded before. */
    public Program program() {
        var stream = new Stream(machine());
        switch (dataflow) {
            case WEIGHT_STATIONARY -> {
                for (int k0 = 0; k0 < k; k0 += rows) {
                    for (int n0 = 0; n0 < n; n0 += columns) {
                        int depth = Math.min(rows, k - k0);
                        int width = Math.min(columns, n - n0);
                        stream.with(Queue.ARRAY, new ArrayInstruction.LoadWeights(0, weights(k0, n0, depth, width)))
                            .with(Queue.ARRAY, new ArrayInstruction.StreamInputs(0, inputs(0, k0, m, depth), width,
                                new Accumulators(n0, n), k0 > 0));
                    }
                }
            }
            case INPUT_STATIONARY -> {
                for (int k0 = 0; k0 < k; k0 += rows) {
                    for (int m0 = 0; m0 < m; m0 += columns) {
                        int depth = Math.min(rows, k - k0);
                        int height = Math.min(columns, m - m0);
                        stream.with(Queue.ARRAY, new ArrayInstruction.LoadInputs(0, inputs(m0, k0, height, depth)))
                            .with(Queue.ARRAY, new ArrayInstruction.StreamWeights(0, height, weights(k0, 0, depth, n),
                                new Accumulators(m0 * n, n), k0 > 0));
                    }
                }
            }
            case OUTPUT_STATIONARY -> {
                for (int m0 = 0; m0 < m; m0 += rows) {
                    for (int n0 = 0; n0 < n; n0 += columns) {
                        int height = Math.min(rows, m - m0);
                        int width = Math.min(columns, n - n0);
                        stream.with(Queue.ARRAY, new ArrayInstruction.StreamBoth(inputs(m0, 0, height, k),
                            weights(0, n0, k, width), new Accumulators(m0 * n + n0, n), false));
                    }
                }
            }
        }
        return stream.program();
    }

    /** Pitches of 64 keep successive rows in successive banks. */
    private Window inputs(int m0, int k0, int height, int depth) {
        return Window.matrix((m0 + k0) % 4096 * 64, NumberType.I8, 0, height, 64, depth);
    }

    private Weights weights(int k0, int n0, int depth, int width) {
        return new Weights(1 << 20 | (k0 + n0) % 4096 * 64, NumberType.I8, 0, depth, width, 64);
    }

    /** Cycles of the event-driven engine. */
    public long cycles() {
        MachineParameters p = machine();
        return TimingEngine.time(program(), NpuMachines.plain(p), NpuMachines.POINT, TimelineListener.NONE).cycles();
    }
}
