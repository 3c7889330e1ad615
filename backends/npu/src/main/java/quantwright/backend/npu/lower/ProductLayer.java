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

/** A convolution or matrix product with constant weights, requantized and activated on its way out. */
final class ProductLayer extends Layer {
    private final Product product;
    private final Finish finish;

    ProductLayer(Node node, Feature input, Feature output, Product product, Finish finish) {
        super(node, List.of(input), output);
        this.product = product;
        this.finish = finish;
    }

    Product product() {
        return product;
    }

    Finish finish() {
        return finish;
    }

    @Override
    public String kernel() {
        return "npu " + (product.isDepthwise() ? "depthwise" : "product");
    }

    @Override
    public long macs() {
        return (long) output().height() * output().width() * output().channels() * product.window().kernelH()
                * product.window().kernelW() * product.groupInputs();
    }

    @Override
    public Rows rows(int input, int from, int to) {
        return Windows.rows(product.window(), from, to);
    }

    @Override
    public Rows columns(int input, int from, int to) {
        return Windows.columns(product.window(), from, to);
    }

    @Override
    public boolean isStriped() {
        return true;
    }

    @Override
    public Halo halo(int input) {
        return Windows.halo(product.window(), inputs().getFirst(), output());
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

    /** Bytes of tables. */
    int tableBytes() {
        return finish.table().length + (finish.lookup() == null ? 0 : finish.lookup().length);
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
