package quantwright.backend.npu.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import quantwright.backend.npu.emit.Recorder;
import quantwright.npu.isa.ArrayInstruction;
import quantwright.npu.isa.Block;
import quantwright.npu.isa.DmaInstruction;
import quantwright.npu.isa.Extent;
import quantwright.npu.isa.MachineParameters;
import quantwright.npu.isa.Queue;
import quantwright.npu.isa.VectorInstruction;

/**
 * What a layer needs to write its instructions: where its buffers lie, and its bands of maps. Bands of maps outside the
 * scratchpad are brought in and out here, in alternating buffers; halos are filled here.
 */
public final class Emission {
    private final Recorder recorder;
    private final MachineParameters machine;
    private final ConstantPool pool;
    /** The byte that lies in the halo of each map that stays. */
    private final Map<Feature, Integer> haloOf;
    private Layer layer;
    private Tiling tiling;
    private List<Integer> slots = List.of();
    private List<Integer> stages = List.of();
    private int band;
    private final Map<Integer, Integer> sidesFilled = new HashMap<>();

    /** An emission into a recorder. */
    public Emission(Recorder recorder, MachineParameters machine, ConstantPool pool) {
        this.recorder = recorder;
        this.machine = machine;
        this.pool = pool;
        this.haloOf = new HashMap<>();
    }

    /** Starts a layer whose buffers lie at the given addresses. */
    public void begin(Step step, List<Integer> slotAddresses, List<Integer> stageAddresses) {
        layer = step.layer();
        tiling = step.tiling();
        slots = slotAddresses;
        stages = stageAddresses;
        band = 0;
        sidesFilled.clear();
    }

    /** The machine. */
    public MachineParameters machine() {
        return machine;
    }

    /** How the layer is cut. */
    public Tiling tiling() {
        return tiling;
    }

    /** Alignment of buffers. */
    public int alignment() {
        return Math.max(4, machine.dmaAlignment());
    }

    /** Appends an array instruction. */
    public void array(ArrayInstruction instruction) {
        recorder.add(Queue.ARRAY, instruction);
    }

    /** Appends a vector instruction. */
    public void vector(VectorInstruction instruction) {
        recorder.add(Queue.VECTOR, instruction);
    }

    /** Address of a constant buffer. */
    public int slot(int index) {
        return slots.get(index);
    }

    /** Puts a block into DRAM; its address there. */
    public long constant(byte[] block) {
        return pool.add(block);
    }

    /** Loads {@code bytes} constants from DRAM to a slot. */
    public void load(long dram, int slot, int bytes) {
        recorder.add(Queue.DMA_IN, new DmaInstruction.DmaIn(dram, 0, 0, new Block(slots.get(slot), 0, 0),
                new Extent(bytes, 1, 1)));
    }

    /** Puts a block into DRAM and loads it to a slot; the slot's address. */
    public int constant(byte[] block, int slot) {
        load(pool.add(block), slot, block.length);
        return slots.get(slot);
    }

    /** Bands of the output, stripe by stripe. */
    public List<Region> bands() {
        List<Region> bands = new ArrayList<>();
        int height = layer.output().height();
        int width = layer.output().width();
        for (int x = 0; x < width; x += tiling.bandColumns()) {
            for (int y = 0; y < height; y += tiling.bandRows()) {
                bands.add(new Region(new Rows(y, Math.min(y + tiling.bandRows(), height)),
                        new Rows(x, Math.min(x + tiling.bandColumns(), width))));
            }
        }
        return bands;
    }

    /** Makes what a band needs of all inputs available. */
    public List<Located> read(Region region) {
        List<Located> located = new ArrayList<>();
        int stage = 0;
        for (int i = 0; i < layer.inputs().size(); i++) {
            Feature f = layer.inputs().get(i);
            if (f.isResident()) {
                located.add(resident(i));
            } else {
                int copies = copies();
                located.add(bring(i, region, stage + band % copies));
                stage += copies;
            }
        }
        return located;
    }

    /** Where a band of the output is to be written. */
    public Located write(Region region) {
        Feature f = layer.output();
        if (f.isResident()) {
            Band whole = f.whole();
            return new Located(f.address() + whole.origin(), 0, 0, whole.rowPitch(), f.memoryPitch());
        }
        Band layout = outputLayout();
        return new Located(outputStage(), region.rows().from(), region.columns().from(), layout.rowPitch(), f.pixelPitch());
    }

    /** Ends a band: takes the output out if it does not stay. */
    public void flush(Region region) {
        Feature f = layer.output();
        if (!f.isResident() && f.isPart()) {
            Rows rows = region.rows();
            int pitch = f.dramFramePitch(alignment());
            recorder.add(Queue.DMA_OUT, new DmaInstruction.DmaOut(
                    new Block(outputStage(), f.pixelPitch(), outputLayout().rowPitch()),
                    f.dram() + (long) rows.from() * pitch + region.columns().from() * f.memoryPitch(), f.memoryPitch(), pitch,
                    new Extent(f.pixelPitch(), region.columns().count(), rows.count())));
        } else if (!f.isResident()) {
            Rows rows = region.rows();
            Band layout = outputLayout();
            int pitch = f.dramRowPitch(alignment());
            boolean dense = layout.isDense() && pitch == f.rowBytes();
            Extent size = dense ? new Extent(rows.count() * pitch, 1, 1)
                    : new Extent(region.columns().count() * f.pixelPitch(), rows.count(), 1);
            recorder.add(Queue.DMA_OUT, new DmaInstruction.DmaOut(new Block(outputStage(), dense ? 0 : layout.rowPitch(), 0),
                    f.dram() + (long) rows.from() * pitch + region.columns().from() * f.pixelPitch(),
                    dense ? 0 : pitch, 0, size));
        }
        band++;
    }

    private int copies() {
        return layer.bandCount(tiling.bandRows(), tiling.bandColumns()) > 1 ? 2 : 1;
    }

    private Band outputLayout() {
        return layer.outputStage(tiling.bandRows(), tiling.bandColumns(), alignment());
    }

    private boolean isStriped() {
        return tiling.bandColumns() < layer.output().width();
    }

    private int outputStage() {
        int copies = copies();
        return stages.get(stages.size() - copies + band % copies);
    }

    private Located resident(int input) {
        Feature f = layer.inputs().get(input);
        Band whole = f.whole();
        int address = f.address() + whole.origin();
        if (!layer.halo(input).isNone()) {
            Integer value = haloOf.put(f.root(), layer.fill(input));
            if (value == null || value != layer.fill(input)) {
                fillHalo(f, whole, address, layer.fill(input));
            }
        }
        return new Located(address, 0, 0, whole.rowPitch(), f.pixelPitch());
    }

    /** Fills all around a map: what lies before the first row, between rows, and after the last row. */
    private void fillHalo(Feature f, Band whole, int address, int value) {
        int pixel = f.pixelPitch();
        int before = whole.top() * whole.rowPitch() + whole.left() * pixel;
        fill(address - before, before, 1, 0, value);
        if (whole.left() + whole.right() > 0) {
            fill(address + f.rowBytes(), whole.rowPitch() - f.rowBytes(), whole.rows() - 1, whole.rowPitch(), value);
        }
        int last = address + (whole.rows() - 1) * whole.rowPitch() + f.rowBytes();
        fill(last, whole.right() * pixel + whole.bottom() * whole.rowPitch(), 1, 0, value);
    }

    /** Fills a strided block of the scratchpad; nothing if it is empty. */
    public void fill(int address, int bytes, int rows, int pitch, int value) {
        if (bytes > 0 && rows > 0) {
            recorder.add(Queue.DMA_IN, new DmaInstruction.DmaFill(new Block(address, rows == 1 ? 0 : pitch, 0),
                    new Extent(bytes, rows, 1), value & 0xff));
        }
    }

    private Located bring(int input, Region region, int stage) {
        Feature f = layer.inputs().get(input);
        Band layout = layer.stage(input, tiling.bandRows(), tiling.bandColumns(), alignment());
        Rows rows = layer.rows(input, region.rows().from(), region.rows().to());
        int first = stages.get(stage) + layout.origin();
        if (isStriped()) {
            return bringStripe(f, rows, layer.columns(input, region.columns().from(), region.columns().to()), first, layout,
                    layer.fill(input));
        }
        int pitch = layout.rowPitch();
        int pixel = f.pixelPitch();
        int margin = layout.left() * pixel;
        int value = layer.fill(input);
        if (!layer.halo(input).isNone() && sidesFilled.put(stage, value) == null) {
            fill(first - margin, margin, 1, 0, value);
            fill(first + f.rowBytes(), pitch - f.rowBytes(), layout.rows() - 1, pitch, value);
            fill(first + (layout.rows() - 1) * pitch + f.rowBytes(), layout.right() * pixel, 1, 0, value);
        }
        bring(f, rows, new Rows(0, f.width()), first, pitch, value);
        return new Located(first, rows.from(), 0, pitch, pixel);
    }

    /** A part of the columns: it starts at an aligned pixel, and what lies beyond the map is filled each time. */
    private Located bringStripe(Feature f, Rows rows, Rows columns, int first, Band layout, int value) {
        int unit = Layer.columnUnit(f, alignment());
        Rows there = columns.inside(f.width());
        int pixel = f.pixelPitch();
        int before = there.from() - columns.from();
        // Columns outside the map come first, so that the map's own start aligned.
        int start = there.from() - there.from() % unit;
        int lead = Math.ceilDiv(before, unit) * unit;
        int pitch = layout.rowPitch();
        fill(first, lead * pixel, rows.count(), pitch, value);
        int end = lead + there.to() - start;
        fill(first + end * pixel, (columns.to() - there.to()) * pixel, rows.count(), pitch, value);
        if (there.count() > 0) {
            bring(f, rows, new Rows(start, there.to()), first + lead * pixel, pitch, value);
        }
        return new Located(first, rows.from(), start - lead, pitch, pixel);
    }

    /** Rows and columns of a map, with rows outside it filled. */
    private void bring(Feature f, Rows rows, Rows columns, int first, int pitch, int value) {
        Rows there = rows.inside(f.height());
        int above = there.from() - rows.from();
        int below = rows.to() - there.to();
        int bytes = columns.count() * f.pixelPitch();
        fill(first, bytes, above, pitch, value);
        fill(first + (rows.count() - below) * pitch, bytes, below, pitch, value);
        if (there.count() == 0) {
            return;
        }
        int dramPitch = f.dramRowPitch(alignment());
        boolean dense = pitch == dramPitch && pitch == bytes;
        Extent size = dense ? new Extent(there.count() * pitch, 1, 1) : new Extent(bytes, there.count(), 1);
        recorder.add(Queue.DMA_IN, new DmaInstruction.DmaIn(
                f.dram() + (long) there.from() * dramPitch + columns.from() * f.pixelPitch(), dense ? 0 : dramPitch, 0,
                new Block(first + above * pitch, dense ? 0 : pitch, 0), size));
    }
}
