package quantwright.backend.npu.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import quantwright.backend.npu.plan.CostModel;
import quantwright.backend.npu.plan.Emission;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Halo;
import quantwright.backend.npu.plan.Layer;
import quantwright.backend.npu.plan.Rows;
import quantwright.backend.npu.plan.Tiling;
import quantwright.ir.Node;

/** A convolution or matrix product with constant weights, requantized, activated and perhaps pooled on its way out. */
final class ProductLayer extends Layer {
    private final Product product;
    private final Finish finish;
    /** What results go through on their way out; null if they do not. */
    private final Pooling pooling;

    ProductLayer(Node node, Feature input, Feature output, Product product, Finish finish) {
        this(node, input, output, product, finish, null);
    }

    private ProductLayer(Node node, Feature input, Feature output, Product product, Finish finish, Pooling pooling) {
        super(node, List.of(input), output);
        this.product = product;
        this.finish = finish;
        this.pooling = pooling;
    }

    /** The same product with a pool behind it. */
    ProductLayer pooled(Node pool, Feature pooled, Pooling by) {
        return new ProductLayer(pool, inputs().getFirst(), pooled, product, finish, by);
    }

    Product product() {
        return product;
    }

    Finish finish() {
        return finish;
    }

    Pooling pooling() {
        return pooling;
    }

    /** The product's own result, pooled or not. */
    @Override
    public Feature result() {
        return pooling == null ? output() : pooling.map();
    }

    /** Rows of the product that so many rows of the output take at most. */
    int productRows(int rows) {
        return pooling == null ? rows : pooling.productRows(rows);
    }

    /** Columns of the product that so many columns of the output take at most. */
    int productColumns(int columns) {
        return pooling == null ? columns : pooling.productColumns(columns);
    }

    @Override
    public String kernel() {
        return "npu " + (product.isDepthwise() ? "depthwise" : "product") + (pooling == null ? "" : ", pool");
    }

    @Override
    public long macs() {
        return (long) result().height() * result().width() * result().channels() * product.window().kernelH()
                * product.window().kernelW() * product.groupInputs();
    }

    @Override
    public int weightBits() {
        return product.weightType().bits();
    }

    @Override
    public Rows rows(int input, int from, int to) {
        Rows own = pooling == null ? new Rows(from, to) : pooling.rows(from, to);
        return Windows.rows(product.window(), own.from(), own.to());
    }

    @Override
    public Rows columns(int input, int from, int to) {
        Rows own = pooling == null ? new Rows(from, to) : pooling.columns(from, to);
        return Windows.columns(product.window(), own.from(), own.to());
    }

    @Override
    public boolean isStriped() {
        return true;
    }

    @Override
    public Halo halo(int input) {
        return Windows.halo(product.window(), inputs().getFirst(), result());
    }

    @Override
    public int fill(int input) {
        return inputs().getFirst().zero();
    }

    @Override
    public Optional<Tiling> tile(CostModel model, long budget) {
        return new ProductSearch(this, model, budget).run();
    }

    @Override
    public void emit(Emission emission) {
        new ProductEmitter(this, emission).run();
    }

    /** Tables: biases and factors, what results go through, and the pool's. */
    byte[] tables() {
        byte[] tables = new byte[tableBytes()];
        System.arraycopy(finish.table(), 0, tables, 0, finish.table().length);
        if (finish.lookup() != null) {
            System.arraycopy(finish.lookup(), 0, tables, finish.table().length, finish.lookup().length);
        }
        if (pooling != null) {
            System.arraycopy(pooling.rule().table(), 0, tables, poolTable(), pooling.rule().table().length);
        }
        return tables;
    }

    /** Where the pool's table begins. */
    int poolTable() {
        return finish.table().length + (finish.lookup() == null ? 0 : finish.lookup().length);
    }

    /** Bytes of tables. */
    int tableBytes() {
        return poolTable() + (pooling == null ? 0 : pooling.rule().table().length);
    }

    /** Bytes of the halves of raw sums before they are interleaved, for a row of {@code pixels} of {@code channels}. */
    int rawBytes(int pixels, int channels) {
        return finish.raw() ? 4 * pixels * channels : 0;
    }

    List<Integer> bands() {
        List<Integer> heights = new ArrayList<>(bandHeights());
        if (!isStaged() && heights.size() > 1) {
            heights.removeIf(h -> h > 1 && h * 8 < output().height());
        }
        return heights;
    }

    List<Integer> widths(int alignment) {
        return bandWidths(alignment);
    }

    int countOfBands(int rows, int columns) {
        return bandCount(rows, columns);
    }

    List<Integer> stageSizes(int rows, int columns, int alignment) {
        return stages(rows, columns, alignment);
    }

    long bytesInOf(int bandRows, int bandColumns) {
        return bytesIn(bandRows, bandColumns);
    }

    long bytesOutOf() {
        return bytesOut();
    }

    /** Whether pixels of bands of input and output lie one after another. */
    boolean isDense(int bandRows, int alignment) {
        Feature in = inputs().getFirst();
        boolean denseIn = in.isResident() ? in.whole().isDense() : in.rowBytes() % alignment == 0 || bandRows == 1;
        boolean denseOut = output().isResident() ? output().whole().isDense()
                : output().rowBytes() % alignment == 0 || bandRows == 1;
        return denseIn && denseOut;
    }
}
