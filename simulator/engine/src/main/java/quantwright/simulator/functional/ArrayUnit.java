package quantwright.simulator.functional;

import java.util.Arrays;
import quantwright.npu.isa.Accumulators;
import quantwright.npu.isa.ArrayInstruction;
import quantwright.npu.isa.MachineParameters;
import quantwright.npu.isa.Weights;
import quantwright.npu.isa.Window;

/** Executes the array's instructions. */
final class ArrayUnit {
    /** Elements of an operand that are decoded at once. */
    private static final int BLOCK = 1 << 18;

    private final Scratchpad scratchpad;
    private final AccumulatorMemory accumulators;
    /** Tiles that rest in the array: weights by summed index, or inputs by row; zero points subtracted. */
    private final int[][][] buffers;

    ArrayUnit(MachineParameters machine, Scratchpad scratchpad, AccumulatorMemory accumulators) {
        this.scratchpad = scratchpad;
        this.accumulators = accumulators;
        this.buffers = new int[machine.stationaryBuffers()][][];
    }

    void execute(ArrayInstruction instruction) {
        switch (instruction) {
            case ArrayInstruction.LoadWeights(int buffer, Weights weights) -> buffers[buffer] = weights(weights);
            case ArrayInstruction.LoadInputs(int buffer, Window input) -> buffers[buffer] =
                inputs(input, 0, (int) input.rows());
            case ArrayInstruction.StreamInputs(int buffer, Window input, int _, Accumulators sums, boolean add) ->
                stream(input, buffers[buffer], sums, add);
            case ArrayInstruction.StreamWeights(int buffer, int _, Weights weights, Accumulators sums, boolean add) ->
                product(buffers[buffer], weights(weights), sums.address(), sums.pitch(), add);
            case ArrayInstruction.StreamBoth(Window input, Weights weights, Accumulators sums, boolean add) ->
                stream(input, weights(weights), sums, add);
            case ArrayInstruction.Depthwise d -> depthwise(d);
        }
    }

    private int[][] weights(Weights w) {
        var out = new int[w.depth()][w.columns()];
        for (int k = 0; k < w.depth(); k++) {
            scratchpad.read(w.type(), w.address() + k * w.pitch(), w.columns(), w.zero(), out[k], 0);
        }
        return out;
    }

    private int[][] inputs(Window w, int first, int rows) {
        var out = new int[rows][(int) w.depth()];
        for (int row = 0; row < rows; row++) {
            row(w, first + row, out[row]);
        }
        return out;
    }

    /** Reads one row of a window. */
    private void row(Window w, int row, int[] out) {
        int start = w.address() + row / w.innerRows() * w.outerPitch() + row % w.innerRows() * w.innerPitch();
        int at = 0;
        for (int y = 0; y < w.kernelRows(); y++) {
            for (int x = 0; x < w.kernelColumns(); x++) {
                scratchpad.read(w.type(), start + y * w.kernelRowPitch() + x * w.kernelColumnPitch(), w.channels(),
                    w.zero(), out, at);
                at += w.channels();
            }
        }
    }

    /** Multiplies the rows of a window, some at a time. */
    private void stream(Window input, int[][] weights, Accumulators sums, boolean accumulate) {
        int rows = (int) input.rows();
        int step = Math.max(1, BLOCK / Math.max(weights.length, weights[0].length));
        for (int row = 0; row < rows; row += step) {
            int[][] block = inputs(input, row, Math.min(step, rows - row));
            product(block, weights, sums.address() + row * sums.pitch(), sums.pitch(), accumulate);
        }
    }

    private void product(int[][] a, int[][] b, int address, int pitch, boolean accumulate) {
        int n = b[0].length;
        if (!accumulators.narrow() && Products.bound(a) * Products.bound(b) > Integer.MAX_VALUE / b.length) {
            long[][] exact = Products.multiplyExactly(a, b);
            for (int i = 0; i < a.length; i++) {
                accumulators.add(address + i * pitch, exact[i], 0, n, accumulate);
            }
            return;
        }
        // The longer side goes to the inner loop.
        int[][] out = n >= a.length ? Products.multiply(a, b)
            : Products.transpose(Products.multiply(Products.transpose(b), Products.transpose(a)));
        for (int i = 0; i < a.length; i++) {
            accumulators.add(address + i * pitch, out[i], 0, n, accumulate);
        }
    }

    private void depthwise(ArrayInstruction.Depthwise d) {
        Window w = d.input();
        int[][] taps = weights(d.weights());
        int columns = taps[0].length;
        int channels = w.channels();
        var input = new int[Math.toIntExact(w.depth())];
        var spread = new int[columns];
        var sums = new long[columns];
        for (int row = 0; row < w.rows(); row++) {
            row(w, row, input);
            Arrays.fill(sums, 0);
            for (int tap = 0; tap < taps.length; tap++) {
                for (int c = 0; c < columns; c++) {
                    spread[c] = input[tap * channels + c / d.multiplier()];
                }
                for (int c = 0; c < columns; c++) {
                    sums[c] += (long) spread[c] * taps[tap][c];
                }
            }
            accumulators.add(d.sums().address() + row * d.sums().pitch(), sums, 0, columns, d.accumulate());
        }
    }
}
