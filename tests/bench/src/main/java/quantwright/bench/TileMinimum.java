package quantwright.bench;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quantwright.backend.llvm.InstructionLoop;

/**
 * The least instructions an iteration of a kernel's hot loop can have, given its tile: its products, a load for each two
 * registers of weights and for each sixteen bytes of a pixel, and what puts activations in order. Where the loop holds the
 * whole tile, also, for each register of four sums: half a load of the bias, half a load of its factor for all pixels
 * together, and three operations that scale and round it; for each sixteen results two to join halves, two for the zero
 * point, two that make bytes, and a store; and where an accumulator holds two pixels, one that takes sixteen results apart.
 * Counters, addresses, copies, constants and what is stored on the stack are not among them.
 */
final class TileMinimum {
    private static final Pattern TILE = Pattern.compile(".*_conv_(gathered_)?(\\d+)x(\\d+)c\\d+__.*");
    private static final Pattern DEPTHWISE = Pattern.compile(".*_dwconv(\\d+)x(\\d+)_(\\d+)x(\\d+)(p?)__.*");
    private static final String WHOLE = "sqxtn2?|uzp1";

    private TileMinimum() {
    }

    /** Whether a loop begins and finishes tiles. */
    static boolean isWhole(InstructionLoop loop) {
        return loop.count(WHOLE) > 0;
    }

    /** Products of an iteration; those of a depthwise tile without the taps that are zero. */
    static double products(String kernel, Layer layer, InstructionLoop loop) {
        Matcher m = DEPTHWISE.matcher(kernel);
        return m.matches() && isWhole(loop) ? 16.0 * Integer.parseInt(m.group(3)) * Integer.parseInt(m.group(4))
                * layer.kernelHeight() * layer.kernelWidth() : loop.macs();
    }

    /** The least for a loop of a kernel of that name; empty where this is not stated. */
    static Optional<Double> of(String kernel, Layer layer, InstructionLoop loop) {
        boolean whole = isWhole(loop);
        Matcher conv = TILE.matcher(kernel);
        if (conv.matches()) {
            int pixels = Integer.parseInt(conv.group(2));
            int outputs = Integer.parseInt(conv.group(3));
            boolean matrix = loop.count("[su]mmla") > 0;
            return Optional.of(products(loop, pixels, outputs, conv.group(1) != null)
                    + (whole ? finish(pixels, outputs / 4, matrix) : 0));
        }
        Matcher depthwise = DEPTHWISE.matcher(kernel);
        if (depthwise.matches() && whole && loop.count("sdot") > 0) {
            return Optional.of(depthwise(loop, layer, Integer.parseInt(depthwise.group(3)),
                    Integer.parseInt(depthwise.group(4))));
        }
        return Optional.empty();
    }

    private static double products(InstructionLoop loop, int pixels, int outputs, boolean gathered) {
        long macs = loop.macs();
        double depth = (double) macs / pixels / outputs;
        double loads = depth * outputs / 32 + depth * pixels / 16;
        if (loop.count("[su]mmla") > 0) {
            // Interleaving, or where that was done beforehand half the loads, as each brings two registers.
            return loads + macs / 32.0 + depth * pixels / 16 * (gathered ? -0.5 : 1);
        }
        if (loop.count("[su]dot") > 0) {
            return loads + macs / 16.0;
        }
        // Two multiplications and an addition of pairs for sixteen products; each four bytes are broadcast and turned.
        return loads + macs / 16.0 * 3 + depth * pixels / 4 * 2 - depth * pixels / 16;
    }

    private static double finish(int pixels, int vectors, boolean matrix) {
        double registers = (double) pixels * vectors;
        double factors = (matrix ? 2 : 1) * vectors / 2.0;
        double stores = pixels * Math.ceil(vectors / 4.0);
        return registers * (0.5 + 3) + factors + registers / 4 * 6 + stores + (matrix ? registers / 4 : 0);
    }

    /** Sixteen channels; each group of four pixels is interleaved by eight operations, and each product has its weights. */
    private static double depthwise(InstructionLoop loop, Layer layer, int rows, int columns) {
        int inputRows = (rows - 1) * layer.stride() + layer.kernelHeight();
        int span = (columns - 1) * layer.stride() + layer.kernelWidth();
        double registers = 4.0 * rows * columns;
        return loop.count("sdot") * 1.5 + inputRows * (span + 8 * Math.ceil(span / 4.0))
                + registers * (0.5 + 3) + 2 + registers / 4 * 6 + registers / 4;
    }
}
