package quantwright.profiles;

import java.util.List;
import java.util.Optional;

/**
 * A neural processing unit as the machine template of {@code docs/npu.md} states it: DMA in, MAC array, vector unit, DMA
 * out, each with its own queue, over a banked scratchpad and external memory. Times are in cycles of the NPU's clock,
 * energies in picojoules at the nominal voltage, powers in watts.
 *
 * @param array the multipliers
 * @param types what each pair of activation and weight types costs; the pairs not listed are not executed
 * @param accumulators where sums lie
 * @param vector the unit that requantizes, pools, combines and moves
 * @param scratchpad on-chip memory of operands and results
 * @param dma what moves data between external memory and the scratchpad
 * @param dram external memory of inputs, outputs and workspace, and of constants unless {@code flash} is there
 * @param flash external memory of constants, if they have one of their own
 * @param semaphores counters that order the queues, and the greatest value of one
 * @param limits what an operator may not exceed
 * @param points operating points, the nominal one first
 * @param control energy and power of what is not listed above: sequencing, clock tree
 */
public record NpuMachine(MacArray array, List<TypePair> types, Accumulators accumulators, VectorUnit vector,
                         Scratchpad scratchpad, Dma dma, ExternalMemory dram, Optional<ExternalMemory> flash,
                         Semaphores semaphores, Limits limits, List<OperatingPoint> points, Control control) {
    /** Copies the lists. */
    public NpuMachine {
        types = List.copyOf(types);
        points = List.copyOf(points);
    }

    /** The operating point that energies and bandwidths are stated at. */
    public OperatingPoint nominal() {
        return points.getFirst();
    }

    /** Throughput of a pair of types relative to that of two 8-bit operands, which the array's own rates are stated for. */
    public double relativeRate(TypePair pair) {
        return pair.macsPerCell() / types.stream().filter(t -> t.activationBits() == 8 && t.weightBits() == 8)
                .mapToDouble(TypePair::macsPerCell).findFirst().orElse(1);
    }

    /** How operands reach the multipliers. */
    public enum Structure {
        /** Operands move from cell to cell: a tile takes as many cycles more to fill and drain as the array is wide. */
        SYSTOLIC,
        /** Operands reach every cell at once and columns sum by adder trees: filling and draining take a constant. */
        BROADCAST
    }

    /** What rests in the array. */
    public enum Dataflow {
        /** A tile of weights: rows take the summed index, columns the outputs. */
        WEIGHT_STATIONARY,
        /** A tile of sums: rows take output positions, columns the outputs. */
        OUTPUT_STATIONARY,
        /** A tile of inputs: rows take the summed index, columns output positions. */
        INPUT_STATIONARY
    }

    /**
     * The multipliers.
     *
     * @param structure how operands reach them
     * @param dataflow what rests in the array
     * @param rows rows
     * @param columns columns
     * @param positions output positions that a broadcast array computes at once; 1 for a systolic one
     * @param stationaryBuffers stationary tiles held at once; with 2 the next one loads while one is used
     * @param loadCycles cycles that a stationary tile takes to load; as many as there are rows in a systolic array
     * @param tapsTogether whether rows of a tile may belong to different taps of a window
     * @param pipelineCycles constant latency of a tile: a broadcast array's whole fill and drain, a systolic one's
     *        registers beside its rows and columns
     * @param depthwiseMacs multiplications of 8-bit operands per cycle of a depthwise convolution; 0 if the array does not
     *        execute it
     * @param depthwiseTaps taps that the array takes at once there: their number is rounded up to a multiple
     * @param cellLeakageWatts leakage of the whole array
     */
    public record MacArray(Structure structure, Dataflow dataflow, int rows, int columns, int positions,
                           int stationaryBuffers, int loadCycles, boolean tapsTogether, int pipelineCycles, int depthwiseMacs,
                           int depthwiseTaps, double cellLeakageWatts) {
        /** An array whose tiles load by rows (systolic) or in a cycle (broadcast), any taps together. */
        public MacArray(Structure structure, Dataflow dataflow, int rows, int columns, int positions, int stationaryBuffers,
                int pipelineCycles, int depthwiseMacs, double cellLeakageWatts) {
            this(structure, dataflow, rows, columns, positions, stationaryBuffers, structure == Structure.SYSTOLIC ? rows : 1,
                    true, pipelineCycles, depthwiseMacs, 1, cellLeakageWatts);
        }

        /** Multiply-accumulates per cycle of 8-bit operands, all cells busy. */
        public long peakMacs() {
            return (long) rows * columns * positions;
        }

        /** Multiplications of the depthwise mode that {@code taps} of a window occupy: padding taps included. */
        public long depthwiseSlots(long taps) {
            return (taps + depthwiseTaps - 1) / depthwiseTaps * depthwiseTaps;
        }
    }

    /**
     * A pair of operand types the array multiplies.
     *
     * @param activationBits width of activations: 8 or 16
     * @param weightBits width of weights: 8, 4, 2 or 1
     * @param macsPerCell multiply-accumulates a cell does per cycle, such as 0.5 for 16-bit activations
     * @param macPicojoules energy of one multiply-accumulate
     */
    public record TypePair(int activationBits, int weightBits, double macsPerCell, double macPicojoules) {
    }

    /**
     * Accumulator memory.
     *
     * @param words accumulators it holds
     * @param bits width of one
     * @param accessPicojoules energy to read or write one
     * @param leakageWatts leakage
     */
    public record Accumulators(int words, int bits, double accessPicojoules, double leakageWatts) {
    }

    /**
     * The vector unit. Rates are elements per cycle; a window of t taps counts as t elements of {@code pool}.
     *
     * @param requantize sums rescaled
     * @param elementwise results of additions, multiplications, comparisons
     * @param pool taps reduced
     * @param lookup bytes mapped
     * @param softmax elements of a softmax
     * @param move bytes copied within the scratchpad
     * @param startCycles constant latency of an instruction
     * @param elementPicojoules energy of one element (or tap, or byte moved)
     * @param leakageWatts leakage
     * @param outputPool pools that sums go through on their way out of the accumulators, if there are any
     */
    public record VectorUnit(double requantize, double elementwise, double pool, double lookup, double softmax,
                             double move, int startCycles, double elementPicojoules, double leakageWatts,
                             Optional<OutputPool> outputPool) {
        /** A unit that pools maps in the scratchpad only. */
        public VectorUnit(double requantize, double elementwise, double pool, double lookup, double softmax, double move,
                int startCycles, double elementPicojoules, double leakageWatts) {
            this(requantize, elementwise, pool, lookup, softmax, move, startCycles, elementPicojoules, leakageWatts,
                    Optional.empty());
        }

        /** Sums per cycle on a way out that may pool: those rescaled, or those pooled if that is slower. */
        public double pooledSums() {
            return Math.min(requantize, outputPool.orElseThrow().sums());
        }
    }

    /**
     * Pools on the way from the accumulators to the scratchpad: each sum is read and rescaled once, and windows are
     * reduced in a buffer of rows.
     *
     * @param sums sums taken per cycle, whatever the window
     * @param window most taps of a window along either side
     */
    public record OutputPool(double sums, int window) {
    }

    /**
     * The scratchpad; byte a lies in bank {@link #bank} of {@code a / interleave}, and a bank serves one access of
     * {@code bankWidth} bytes per cycle.
     *
     * @param bytes size
     * @param banks banks
     * @param bankWidth bytes a bank gives per cycle
     * @param interleave bytes that lie in a bank before the next one follows, a multiple of {@code bankWidth} or less
     * @param hashed whether banks follow one another by a hash, so that strides spread over all, instead of in turn
     * @param readPicojoules energy to read a byte
     * @param writePicojoules energy to write a byte
     * @param leakageWatts leakage
     */
    public record Scratchpad(long bytes, int banks, int bankWidth, int interleave, boolean hashed, double readPicojoules,
                             double writePicojoules, double leakageWatts) {
        /** Lines of the hash's block, which lie in as many banks if there are that many. */
        private static final int BLOCK_BITS = 4;

        /** Banks in turn, a line of each. */
        public Scratchpad(long bytes, int banks, int bankWidth, double readPicojoules, double writePicojoules,
                double leakageWatts) {
            this(bytes, banks, bankWidth, bankWidth, false, readPicojoules, writePicojoules, leakageWatts);
        }

        /**
         * Bank of the {@code granule}-th run of {@code interleave} bytes. The hash does not depend on the number of banks:
         * what twice as many banks put together, as many do, too.
         */
        public int bank(long granule) {
            return (int) ((hashed ? hash(granule) : granule) % banks);
        }

        /** Number within a block of 16, exclusive-or a scrambled number of the block (multiplicative hashing, Knuth). */
        private static long hash(long granule) {
            int scrambled = (int) (granule >>> BLOCK_BITS) * 0x9E3779B1;
            scrambled = (scrambled ^ scrambled >>> 15) * 0x85EBCA6B;
            scrambled ^= scrambled >>> 13;
            return granule & (1 << BLOCK_BITS) - 1 ^ Integer.toUnsignedLong(scrambled) >>> BLOCK_BITS;
        }
    }

    /**
     * The two DMA engines, one in and one out, each of this kind.
     *
     * @param bytesPerCycle what one engine moves at most
     * @param alignment what addresses and used pitches must be a multiple of, a power of two
     * @param burstBytes longest contiguous access; a shorter row still occupies its burst's beats
     * @param setupCycles constant time of an instruction before its first byte is asked for
     * @param bytePicojoules energy to move a byte, memories apart
     */
    public record Dma(double bytesPerCycle, int alignment, int burstBytes, int setupCycles, double bytePicojoules) {
    }

    /**
     * External memory behind one channel that its users share.
     *
     * @param bytes size
     * @param bytesPerSecond bandwidth of the channel, reads and writes together
     * @param latencySeconds from asking for a burst to its first byte
     * @param bytePicojoules energy to read or write a byte, interface included
     * @param backgroundWatts power while idle: refresh, standby
     */
    public record ExternalMemory(long bytes, double bytesPerSecond, double latencySeconds, double bytePicojoules,
                                 double backgroundWatts) {
    }

    /**
     * Semaphores.
     *
     * @param count how many
     * @param limit greatest value of one
     */
    public record Semaphores(int count, int limit) {
    }

    /**
     * What an operator may not exceed.
     *
     * @param kernelRows tallest window
     * @param kernelColumns widest window
     * @param stride largest stride
     * @param channels most channels
     */
    public record Limits(int kernelRows, int kernelColumns, int stride, int channels) {
    }

    /**
     * A voltage and what it allows. Dynamic energy goes with the square of the voltage, leakage with the voltage.
     *
     * @param name name, such as {@code nominal}
     * @param volts supply
     * @param hertz clock
     */
    public record OperatingPoint(String name, double volts, double hertz) {
    }

    /**
     * The rest of the chip.
     *
     * @param cyclePicojoules energy of each cycle in which any queue is busy
     * @param leakageWatts leakage
     */
    public record Control(double cyclePicojoules, double leakageWatts) {
    }
}
