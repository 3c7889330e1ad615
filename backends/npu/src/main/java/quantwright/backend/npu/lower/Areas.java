package quantwright.backend.npu.lower;

import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Located;
import quantwright.backend.npu.plan.Rows;
import quantwright.npu.isa.Area;

/** Areas of rows of a feature map. */
final class Areas {
    private Areas() {
    }

    /** Whole rows: outer rows are the map's, one inner row, all elements as columns. */
    static Area rows(Located at, Feature f, Rows rows) {
        return new Area(at.at(rows.from(), 0), f.number(), f.zero(), rows.count() == 1 ? 0 : at.rowPitch(), 0);
    }

    /** Pixels: outer rows are the map's, inner rows its pixels, channels from {@code channel} on as columns. */
    static Area pixels(Located at, Feature f, Rows rows, int channel) {
        return new Area(at.at(rows.from(), 0) + channel * f.elementBytes(), f.number(), f.zero(),
                rows.count() == 1 ? 0 : at.rowPitch(), f.width() == 1 ? 0 : f.pixelPitch());
    }
}
