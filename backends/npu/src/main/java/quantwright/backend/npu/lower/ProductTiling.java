package quantwright.backend.npu.lower;

import java.util.List;

/**
 * How a product is cut.
 *
 * @param mapping its tiles of weights
 * @param flat whether bands count as one row of pixels
 * @param tileRows output rows (of patches) of an accumulator tile
 * @param tileColumns output pixels (patches) across an accumulator tile
 * @param stepRows rows of an accumulator tile that one array instruction takes
 * @param columnsOuter whether all bands of a column tile come before the next tile
 * @param chunks first pieces of the parts that weights are loaded in, counted over all tiles, ascending from 0
 * @param resident whether every part has a buffer of its own; else they take turns
 */
record ProductTiling(Mapping mapping, boolean flat, int tileRows, int tileColumns, int stepRows, boolean columnsOuter,
                     List<Integer> chunks, boolean resident) {
    ProductTiling {
        chunks = List.copyOf(chunks);
    }
}
