package quantwright.backend.npu.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import quantwright.ir.Node;

/**
 * One step of a program: reads feature maps, writes one. Works on bands of output rows, so that maps that do not stay in
 * the scratchpad can pass through it.
 */
public abstract class Layer {
    private final Node node;
    private final List<Feature> inputs;
    private final Feature output;

    /** A step that computes a node's result. */
    protected Layer(Node node, List<Feature> inputs, Feature output) {
        this.node = node;
        this.inputs = new ArrayList<>(inputs);
        this.output = output;
    }

    /** The node whose result this computes, the last one of those it stands for. */
    public Node node() {
        return node;
    }

    /** Maps read. */
    public List<Feature> inputs() {
        return Collections.unmodifiableList(inputs);
    }

    /** Reads another map of the same contents instead. */
    public void replaceInput(int i, Feature other) {
        inputs.set(i, other);
    }

    /** The map written. */
    public Feature output() {
        return output;
    }

    /** What is computed before the last step on the way to the output; the output itself if there is none such. */
    public Feature result() {
        return output;
    }

    /** What executes it, for people. */
    public abstract String kernel();

    /** Multiply-accumulates of its definition. */
    public long macs() {
        return 0;
    }

    /** Width of its weights. */
    public int weightBits() {
        return 8;
    }

    /** Rows of an input that output rows {@code from} to {@code to} need; they may reach beyond the map. */
    public Rows rows(int input, int from, int to) {
        return new Rows(from, to);
    }

    /** Columns of an input that output columns {@code from} to {@code to} need; they may reach beyond the map. */
    public Rows columns(int input, int from, int to) {
        return new Rows(from, to);
    }

    /** Whether the layer can work on a part of its columns. */
    public boolean isStriped() {
        return false;
    }

    /** What is read around an input. */
    public Halo halo(int input) {
        return Halo.NONE;
    }

    /** The byte that lies around an input. */
    public int fill(int input) {
        return 0;
    }

    /** Whether the layer can work on a part of its rows. */
    public boolean isBanded() {
        return true;
    }

    /** The cheapest way to execute it in {@code budget} bytes of working memory; empty if there is none. */
    public abstract Optional<Tiling> tile(CostModel model, long budget);

    /** Appends its instructions. */
    public abstract void emit(Emission emission);

    /** Heights of bands worth trying, the greatest first. */
    protected List<Integer> bandHeights() {
        int height = output.height();
        List<Integer> heights = new ArrayList<>();
        for (int bands = 1; isBanded() && bands <= height; bands = bands < 8 ? bands + 1 : bands * 3 / 2) {
            int rows = Math.ceilDiv(height, bands);
            if (heights.isEmpty() || heights.getLast() > rows) {
                heights.add(rows);
            }
        }
        if (isBanded() && heights.getLast() > 1) {
            heights.add(1);
        }
        return isBanded() ? heights : List.of(height);
    }

    /** Whether any map passes through the scratchpad instead of staying. */
    protected boolean isStaged() {
        return !output.isResident() || inputs.stream().anyMatch(f -> !f.isResident());
    }

    /** Widths of bands worth trying, the greatest first; rows of a band start where DMA can. */
    protected List<Integer> bandWidths(int alignment) {
        List<Integer> widths = new ArrayList<>(List.of(output.width()));
        boolean staged = !output.isResident() || inputs.stream().anyMatch(f -> !f.isResident());
        int unit = columnUnit(output, alignment);
        for (int parts = 2; staged && isStriped() && parts <= output.width(); parts *= 2) {
            int width = Math.ceilDiv(Math.ceilDiv(output.width(), parts), unit) * unit;
            if (width < widths.getLast()) {
                widths.add(width);
            }
        }
        return widths;
    }

    /** Pixels from one aligned pixel to the next. */
    static int columnUnit(Feature f, int alignment) {
        int unit = 1;
        while ((long) unit * f.pixelPitch() % alignment != 0) {
            unit++;
        }
        return unit;
    }

    /** Bands that a tiling has. */
    protected int bandCount(int rows, int columns) {
        return Math.ceilDiv(output.height(), rows) * Math.ceilDiv(output.width(), columns);
    }

    /** Sizes of the buffers that bands of {@code rows} by {@code columns} output pixels pass through. */
    protected List<Integer> stages(int rows, int columns, int alignment) {
        List<Integer> stages = new ArrayList<>();
        int copies = bandCount(rows, columns) > 1 ? 2 : 1;
        for (int i = 0; i < inputs.size(); i++) {
            if (!inputs.get(i).isResident()) {
                int bytes = stage(i, rows, columns, alignment).bytes();
                for (int c = 0; c < copies; c++) {
                    stages.add(bytes);
                }
            }
        }
        if (!output.isResident()) {
            for (int c = 0; c < copies; c++) {
                stages.add(outputStage(rows, columns, alignment).bytes());
            }
        }
        return stages;
    }

    /** Layout of a band of an input that passes through. */
    final Band stage(int input, int outputRows, int outputColumns, int alignment) {
        Halo halo = halo(input);
        int rows = 0;
        for (int y = 0; y < output.height(); y += outputRows) {
            rows = Math.max(rows, rows(input, y, Math.min(y + outputRows, output.height())).count());
        }
        Feature f = inputs.get(input);
        if (outputColumns >= output.width()) {
            return new Band(f, rows, f.width(), 0, 0, halo.left(), halo.right(), alignment);
        }
        int columns = 0;
        for (int x = 0; x < output.width(); x += outputColumns) {
            columns = Math.max(columns, columns(input, x, Math.min(x + outputColumns, output.width())).count());
        }
        // The first column may lie before the one needed, where DMA can start.
        return new Band(f, rows, columns + 2 * (columnUnit(f, alignment) - 1), 0, 0, 0, 0, alignment);
    }

    /** Layout of a band of the output that passes through. */
    final Band outputStage(int rows, int columns, int alignment) {
        return new Band(output, rows, columns, 0, 0, 0, 0, alignment);
    }

    /** Bytes that maps which pass through move in, halos of neighbouring bands counted again. */
    protected long bytesIn(int bandRows, int bandColumns) {
        long bytes = 0;
        for (int i = 0; i < inputs.size(); i++) {
            Feature f = inputs.get(i);
            long across = 0;
            for (int x = 0; !f.isResident() && x < output.width(); x += bandColumns) {
                across += bandColumns >= output.width() ? f.width()
                        : columns(i, x, Math.min(x + bandColumns, output.width())).inside(f.width()).count();
            }
            for (int y = 0; !f.isResident() && y < output.height(); y += bandRows) {
                bytes += (long) rows(i, y, Math.min(y + bandRows, output.height())).inside(f.height()).count()
                        * across * f.pixelPitch();
            }
        }
        return bytes;
    }

    /** Bytes that the output moves out. */
    protected long bytesOut() {
        return output.isResident() ? 0 : (long) output.height() * output.rowBytes();
    }
}
