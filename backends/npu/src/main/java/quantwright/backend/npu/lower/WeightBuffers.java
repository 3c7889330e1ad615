package quantwright.backend.npu.lower;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import quantwright.backend.npu.plan.Emission;
import quantwright.npu.isa.ArrayInstruction;

/**
 * Packed weights of one layer: in DRAM in parts, loaded to the layer's buffers when first needed, and from there to the
 * array's stationary buffers. What is loaded already is not loaded again.
 */
final class WeightBuffers {
    private final Product p;
    private final ProductTiling tiling;
    private final Mapping mapping;
    private final Emission emission;
    private final Weights sizes;
    private final long[] dram;
    private final int[] bytes;
    /** Which part each buffer holds; -1 if none. */
    private final int[] held;
    /** Which piece each stationary buffer holds; -1 if none. */
    private final int[] stationary;
    private int nextSlot;
    private int nextBuffer;

    WeightBuffers(Product p, ProductTiling tiling, Emission emission) {
        this.p = p;
        this.tiling = tiling;
        this.mapping = tiling.mapping();
        this.emission = emission;
        this.sizes = new Weights(p, mapping);
        int parts = tiling.chunks().size();
        dram = new long[parts];
        Arrays.fill(dram, -1);
        bytes = sizes.chunkBytes(tiling.chunks()).stream().mapToInt(Integer::intValue).toArray();
        held = new int[tiling.resident() ? parts : 2];
        Arrays.fill(held, -1);
        stationary = new int[emission.machine().stationaryBuffers()];
        Arrays.fill(stationary, -1);
    }

    /** Loads a part. */
    void prefetch(int part) {
        slotOf(part);
    }

    /** Loads every part. */
    void prefetchAll() {
        for (int part = 0; part < dram.length; part++) {
            slotOf(part);
        }
    }

    /** End of the column tiles whose weights are loaded together with those of tile {@code first}. */
    int columnsTogether(int first) {
        int part = part(start(first));
        int end = first + 1;
        while (end < mapping.columns().size() && part(start(end)) == part
                && part(sizes.columnEnds().get(end) - 1) == part) {
            end++;
        }
        return end;
    }

    /** Where piece {@code k} of a column tile lies, loaded. */
    quantwright.npu.isa.Weights require(int columnTile, int k) {
        int piece = start(columnTile) + k;
        int part = part(piece);
        int address = emission.slot(1 + slotOf(part)) + sizes.bytes(tiling.chunks().get(part), piece);
        ColumnTile tile = mapping.columns().get(columnTile);
        Piece shape = tile.pieces().get(k);
        int columns = tile.channels() * mapping.patch();
        int depth = mapping.native_() ? shape.tapRows() * shape.tapColumns() : shape.depth();
        return new quantwright.npu.isa.Weights(address, p.weightType(), p.weightZero(), depth, columns,
                Math.toIntExact(p.weightType().bytes(columns)));
    }

    /** The stationary buffer that holds piece {@code k} of a column tile, loaded. */
    int stationary(int columnTile, int k) {
        int piece = start(columnTile) + k;
        for (int b = 0; b < stationary.length; b++) {
            if (stationary[b] == piece) {
                return b;
            }
        }
        int buffer = nextBuffer();
        emission.array(new ArrayInstruction.LoadWeights(buffer, require(columnTile, k)));
        stationary[buffer] = piece;
        return buffer;
    }

    /** The stationary buffer whose turn it is. */
    int nextBuffer() {
        int buffer = nextBuffer;
        nextBuffer = (nextBuffer + 1) % stationary.length;
        return buffer;
    }

    private int start(int columnTile) {
        return columnTile == 0 ? 0 : sizes.columnEnds().get(columnTile - 1);
    }

    private int part(int piece) {
        int at = Collections.binarySearch(tiling.chunks(), piece);
        return at >= 0 ? at : -at - 2;
    }

    /** The column tile of a piece. */
    private int columnOf(int piece) {
        int at = Collections.binarySearch(sizes.columnEnds(), piece);
        return at >= 0 ? at + 1 : -at - 1;
    }

    private int slotOf(int part) {
        for (int s = 0; s < held.length; s++) {
            if (held[s] == part) {
                return s;
            }
        }
        int slot = tiling.resident() ? part : nextSlot;
        nextSlot = 1 - slot % 2;
        if (dram[part] < 0) {
            dram[part] = emission.constant(packed(part));
        }
        emission.load(dram[part], 1 + slot, bytes[part]);
        held[slot] = part;
        return slot;
    }

    private byte[] packed(int part) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes[part]);
        int from = tiling.chunks().get(part);
        int to = part + 1 < tiling.chunks().size() ? tiling.chunks().get(part + 1) : sizes.count();
        for (int column = columnOf(from); column < mapping.columns().size() && start(column) < to; column++) {
            ColumnTile tile = mapping.columns().get(column);
            int first = start(column);
            for (int piece = Math.max(from, first); piece < Math.min(to, first + tile.pieces().size()); piece++) {
                out.writeBytes(mapping.pack(p, tile, tile.pieces().get(piece - first)));
            }
        }
        return out.toByteArray();
    }
}
