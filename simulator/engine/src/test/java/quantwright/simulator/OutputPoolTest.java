package quantwright.simulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quantwright.npu.isa.Accumulators;
import quantwright.npu.isa.Area;
import quantwright.npu.isa.ArrayInstruction;
import quantwright.npu.isa.Block;
import quantwright.npu.isa.Dataflow;
import quantwright.npu.isa.DmaInstruction;
import quantwright.npu.isa.Extent;
import quantwright.npu.isa.Grid;
import quantwright.npu.isa.NumberType;
import quantwright.npu.isa.PoolKind;
import quantwright.npu.isa.PoolWindows;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.Queue;
import quantwright.npu.isa.Rescaling;
import quantwright.npu.isa.Stored;
import quantwright.npu.isa.VectorInstruction;
import quantwright.npu.isa.Weights;
import quantwright.npu.isa.Window;

/** {@code requantize.pool} against {@code requantize} and {@code pool} one after the other. */
class OutputPoolTest {
    private static final int A = 0;
    private static final int B = 1 << 16;
    private static final int TABLE = 1 << 18;
    private static final int OUT = 1 << 20;

    private final Random random = new Random(1);

    private byte[] bytes(int count) {
        var out = new byte[count];
        random.nextBytes(out);
        return out;
    }

    private static byte[] run(Program program, byte[] input) {
        return FunctionalEngine.run(program, List.of(input)).getFirst();
    }

    @Test
    void poolsOnTheWayOutOfTheAccumulators() {
        for (int i = 0; i < 60; i++) {
            poolOnTheWayOut(PoolKind.values()[i % 3], i % 2 == 0);
        }
    }

    /** Requantized to memory and pooled there, with padding written out, or pooled at once: the same bytes. */
    private void poolOnTheWayOut(PoolKind kind, boolean lookup) {
        int side = 1 + random.nextInt(3);
        int rows = side + random.nextInt(5);
        int across = side + random.nextInt(5);
        int n = 1 + random.nextInt(6);
        int pad = random.nextInt(side);
        int down = (rows + 2 * pad - side) / 2 + 1;
        int wide = (across + 2 * pad - side) / 2 + 1;
        byte[] x = bytes(rows * across);
        byte[] w = bytes(n);
        var sums = new Accumulators(7, n + 2);
        var grid = new Grid(rows, across, n);
        int zero = random.nextInt(9) - 4;
        ByteBuffer table = ByteBuffer.allocate(64 + 12 + 256).order(ByteOrder.LITTLE_ENDIAN);
        for (int c = 0; c < n; c++) {
            table.putInt(random.nextInt(500) - 250).putFloat(0.01f + random.nextFloat() * 0.01f);
        }
        table.position(64);
        switch (kind) {
            case MAX -> { }
            case AVERAGE -> table.putFloat(1.5f / side / side);
            case AVERAGE_DIVIDE -> table.putInt(side * side);
        }
        table.position(76);
        table.put(bytes(256));
        var stored = new Stored(NumberType.I8, zero, Rescaling.f32(), TABLE, true, -128, 127, lookup, lookup ? TABLE + 76 : 0);
        var output = new Area(OUT, NumberType.I8, kind == PoolKind.AVERAGE ? 3 : 0, wide * n, n);
        int poolTable = kind == PoolKind.MAX ? 0 : TABLE + 64;
        var s = products(sums, grid, x, w).constant("t", table.array(), TABLE);
        byte[] fused = run(s.then(Queue.VECTOR, new VectorInstruction.RequantizePool(sums, grid, stored, kind,
            new PoolWindows(down, wide, side, side, 2, 2, -pad, -pad, zero), output, Rescaling.f32(), poolTable, -128, 127))
            .output("y", down * wide * n, OUT).program(), x);
        int pitch = (across + 2 * pad) * n;
        int map = B + (1 << 12);
        var apart = products(sums, grid, x, w).constant("t", table.array(), TABLE)
            .then(Queue.DMA_IN, new DmaInstruction.DmaFill(new Block(map, 0, 0), new Extent((rows + 2 * pad) * pitch, 1, 1),
                (kind == PoolKind.MAX ? -128 : zero) & 0xff))
            .then(Queue.VECTOR, new VectorInstruction.Requantize(sums, grid,
                new Area(map + pad * pitch + pad * n, NumberType.I8, zero, pitch, n), Rescaling.f32(), TABLE, true, -128, 127,
                lookup, lookup ? TABLE + 76 : 0))
            .then(Queue.VECTOR, new VectorInstruction.Pool(kind, new Window(map, NumberType.I8, zero, down, 2 * pitch, wide,
                2 * n, side, pitch, side, n, n), output, Rescaling.f32(), poolTable, false, -128, 127));
        assertArrayEquals(run(apart.output("y", down * wide * n, OUT).program(), x), fused, kind + " " + lookup);
    }

    /** One product for each pixel of a grid. */
    private static Stream products(Accumulators sums, Grid grid, byte[] x, byte[] w) {
        int pixels = Math.toIntExact(grid.rows());
        return new Stream(Machines.of(Dataflow.OUTPUT_STATIONARY, 64, 16)).input("x", x.length, A).constant("w", w, B)
            .then(Queue.ARRAY, new ArrayInstruction.StreamBoth(Window.matrix(A, NumberType.I8, 0, pixels, 1, 1),
                new Weights(B, NumberType.I8, 0, 1, grid.columns(), grid.columns()), sums, false));
    }
}
