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
    private final Matrix[] buffers;

    ArrayUnit(MachineParameters machine, Scratchpad scratchpad, AccumulatorMemory accumulators) {
        this.scratchpad = scratchpad;
        this.accumulators = accumulators;
        this.buffers = new Matrix[machine.stationaryBuffers()];
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

    private Matrix weights(Weights w) {
        var out = new int[w.depth() * w.columns()];
        for (int k = 0; k < w.depth(); k++) {
            scratchpad.read(w.type(), w.address() + k * w.pitch(), w.columns(), w.zero(), out, k * w.columns());
        }
        return new Matrix(out, w.depth(), w.columns());
    }

    private Matrix inputs(Window w, int first, int rows) {
        int depth = (int) w.depth();
        var out = new int[rows * depth];
        for (int row = 0; row < rows; row++) {
            row(w, first + row, out, row * depth);
        }
        return new Matrix(out, rows, depth);
    }

    /** Reads one row of a window. */
    private void row(Window w, int row, int[] out, int to) {
        int start = w.address() + row / w.innerRows() * w.outerPitch() + row % w.innerRows() * w.innerPitch();
        int at = to;
        for (int y = 0; y < w.kernelRows(); y++) {
            for (int x = 0; x < w.kernelColumns(); x++) {
                scratchpad.read(w.type(), start + y * w.kernelRowPitch() + x * w.kernelColumnPitch(), w.channels(),
                    w.zero(), out, at);
                at += w.channels();
            }
        }
    }

    /** Multiplies the rows of a window, some at a time. */
    private void stream(Window input, Matrix weights, Accumulators sums, boolean accumulate) {
        int rows = (int) input.rows();
        int step = Math.max(1, BLOCK / Math.max(weights.rows(), weights.columns()));
        for (int row = 0; row < rows; row += step) {
            Matrix block = inputs(input, row, Math.min(step, rows - row));
            product(block, weights, sums.address() + row * sums.pitch(), sums.pitch(), accumulate);
        }
    }

    private void product(Matrix a, Matrix b, int address, int pitch, boolean accumulate) {
        int m = a.rows();
        int k = a.columns();
        int n = b.columns();
        if (!accumulators.narrow() && a.bound() * b.bound() > Integer.MAX_VALUE / k) {
            var exact = new long[m * n];
            Products.multiply(a.values(), b.values(), exact, m, k, n);
            for (int i = 0; i < m; i++) {
                accumulators.add(address + i * pitch, exact, i * n, n, accumulate);
            }
            return;
        }
        var out = new int[m * n];
        if (n >= m) {
            Products.multiply(a.values(), b.values(), out, m, k, n);
        } else {
            // The longer side goes to the inner loop.
            var other = new int[m * n];
            Products.multiply(b.transposed().values(), a.transposed().values(), other, n, k, m);
            Products.transpose(other, out, n, m);
        }
        for (int i = 0; i < m; i++) {
            accumulators.add(address + i * pitch, out, i * n, n, accumulate);
        }
    }

    private void depthwise(ArrayInstruction.Depthwise d) {
        Window w = d.input();
        Matrix taps = weights(d.weights());
        int columns = taps.columns();
        int channels = w.channels();
        var input = new int[Math.toIntExact(w.depth())];
        var spread = new int[columns];
        var sums = new long[columns];
        for (int row = 0; row < w.rows(); row++) {
            row(w, row, input, 0);
            Arrays.fill(sums, 0);
            for (int tap = 0; tap < taps.rows(); tap++) {
                for (int c = 0; c < columns; c++) {
                    spread[c] = input[tap * channels + c / d.multiplier()];
                }
                for (int c = 0; c < columns; c++) {
                    sums[c] += (long) spread[c] * taps.values()[tap * columns + c];
                }
            }
            accumulators.add(d.sums().address() + row * d.sums().pitch(), sums, 0, columns, d.accumulate());
        }
    }
}
