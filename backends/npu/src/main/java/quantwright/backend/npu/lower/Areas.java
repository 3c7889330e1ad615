package quantwright.backend.npu.lower;

import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Located;
import quantwright.backend.npu.plan.Region;
import quantwright.npu.isa.Area;

/** Areas of rows of a feature map. */
final class Areas {
    private Areas() {
    }

    /** Rows: outer rows are the map's, one inner row, all elements as columns. */
    static Area rows(Located at, Feature f, Region part) {
        return new Area(at.at(part.rows().from(), part.columns().from()), f.number(), f.zero(),
                part.rows().count() == 1 ? 0 : at.rowPitch(), 0);
    }

    /** Pixels: outer rows are the map's, inner rows its pixels, channels from {@code channel} on as columns. */
    static Area pixels(Located at, Feature f, Region part, int channel) {
        return new Area(at.at(part.rows().from(), part.columns().from()) + channel * f.elementBytes(), f.number(), f.zero(),
                part.rows().count() == 1 ? 0 : at.rowPitch(), part.columns().count() == 1 ? 0 : at.pixelPitch());
    }
}
