package quantwright.backend.npu.lower;

import java.util.OptionalInt;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Located;
import quantwright.backend.npu.plan.Rows;
import quantwright.npu.isa.Block;
import quantwright.npu.isa.Extent;

/** Arrangements of bytes that ops of movement stand for. */
final class Movements {
    private Movements() {
    }

    /** The same rows elsewhere, as for a map that needs a halo which its memory has no room for. */
    record Copy(Feature in) implements MoveLayer.Arrangement {
        @Override
        public void copies(Rows rows, Located from, Located to, MoveLayer.Mover mover) {
            mover.move(new Block(from.at(rows.from(), 0), from.rowPitch(), 0),
                    new Block(to.at(rows.from(), 0), to.rowPitch(), 0), new Extent(in.rowBytes(), rows.count(), 1));
        }

        @Override
        public int instructions() {
            return 1;
        }
    }

    /**
     * Every {@code step}-th row and pixel from a start, and some channels, put into a larger map at an offset. A slice has
     * no offset, a pad no steps.
     */
    record Region(Feature in, Feature out, int rowStart, int rowStep, int pixelStart, int pixelStep, int channelStart,
                  int rowOffset, int pixelOffset, int channelOffset, int rows, int pixels, int channels,
                  OptionalInt background) implements MoveLayer.Arrangement {
        @Override
        public Rows rows(int from, int to) {
            Rows part = part(from, to);
            return part.count() <= 0 ? new Rows(0, 1)
                    : new Rows(rowStart + part.from() * rowStep, rowStart + (part.to() - 1) * rowStep + 1);
        }

        /** Rows of the region that lie in output rows {@code from} to {@code to}. */
        private Rows part(int from, int to) {
            return new Rows(Math.max(0, from - rowOffset), Math.min(rows, to - rowOffset));
        }

        @Override
        public void copies(Rows band, Located from, Located to, MoveLayer.Mover mover) {
            Rows part = part(band.from(), band.to());
            if (part.count() <= 0) {
                return;
            }
            int source = from.at(rowStart + part.from() * rowStep, pixelStart) + channelStart * in.elementBytes();
            int target = to.at(rowOffset + part.from(), pixelOffset) + channelOffset * out.elementBytes();
            int bytes = channels * in.elementBytes();
            if (pixelStep == 1 && channels == in.channels() && channels == out.channels()) {
                mover.move(new Block(source, rowStep * from.rowPitch(), 0), new Block(target, to.rowPitch(), 0),
                        new Extent(bytes * pixels, part.count(), 1));
            } else {
                mover.move(new Block(source, pixelStep * in.pixelPitch(), rowStep * from.rowPitch()),
                        new Block(target, out.pixelPitch(), to.rowPitch()), new Extent(bytes, pixels, part.count()));
            }
        }

        @Override
        public int instructions() {
            return 1;
        }
    }

    /** Channel {@code i * n + j} of {@code groups} groups of n goes to {@code j * groups + i}. */
    record Shuffle(Feature in, int groups) implements MoveLayer.Arrangement {
        @Override
        public void copies(Rows rows, Located from, Located to, MoveLayer.Mover mover) {
            int element = in.elementBytes();
            int n = in.channels() / groups;
            int pixel = in.pixelPitch();
            boolean dense = from.rowPitch() == in.rowBytes() && to.rowPitch() == in.rowBytes();
            int runs = dense ? 1 : rows.count();
            for (int r = 0; r < runs; r++) {
                for (int i = 0; i < groups; i++) {
                    mover.move(new Block(from.at(rows.from() + r, 0) + i * n * element, element, pixel),
                            new Block(to.at(rows.from() + r, 0) + i * element, groups * element, pixel),
                            new Extent(element, n, dense ? rows.count() * in.width() : in.width()));
                }
            }
        }

        @Override
        public int instructions() {
            return groups;
        }
    }

    /** Blocks of channels become blocks of pixels. */
    record Blocks(Feature in, Feature out, int block, boolean columnRowDepth) implements MoveLayer.Arrangement {
        @Override
        public Rows rows(int from, int to) {
            return new Rows(from / block, Math.ceilDiv(to, block));
        }

        @Override
        public void copies(Rows rows, Located from, Located to, MoveLayer.Mover mover) {
            for (int r = 0; r < block; r++) {
                int first = Math.ceilDiv(rows.from() - r, block);
                int count = Math.ceilDiv(rows.to() - r, block) - first;
                for (int c = 0; c < block && count > 0; c++) {
                    pixels(first, count, r, c, from, to, mover);
                }
            }
        }

        /** Input rows {@code first} on, to pixel (r, c) of each block. */
        private void pixels(int first, int count, int r, int c, Located from, Located to, MoveLayer.Mover mover) {
            int element = in.elementBytes();
            int depth = out.channels();
            int runs = columnRowDepth ? depth : 1;
            for (int d = 0; d < runs; d++) {
                int channel = columnRowDepth ? (d * block + r) * block + c : (r * block + c) * depth;
                mover.move(new Block(from.at(first, 0) + channel * element, in.pixelPitch(), from.rowPitch()),
                        new Block(to.at(first * block + r, c) + d * element, block * out.pixelPitch(),
                                block * to.rowPitch()), new Extent(depth / runs * element, in.width(), count));
            }
        }

        @Override
        public int instructions() {
            return block * block * (columnRowDepth ? out.channels() : 1);
        }
    }

    /** The same elements in the same order under rows of another length. */
    record Reflow(Feature in, Feature out) implements MoveLayer.Arrangement {
        @Override
        public Rows rows(int from, int to) {
            return new Rows(0, in.height());
        }

        @Override
        public boolean isBanded() {
            return false;
        }

        @Override
        public void copies(Rows rows, Located from, Located to, MoveLayer.Mover mover) {
            int length = gcd(in.rowBytes(), out.rowBytes());
            int total = in.rowBytes() * in.height();
            int at = 0;
            while (at < total) {
                int run = Math.min(in.rowBytes() - at % in.rowBytes(), out.rowBytes() - at % out.rowBytes());
                run = Math.max(length, run);
                mover.move(new Block(from.at(at / in.rowBytes(), 0) + at % in.rowBytes(), 0, 0),
                        new Block(to.at(at / out.rowBytes(), 0) + at % out.rowBytes(), 0, 0), new Extent(run, 1, 1));
                at += run;
            }
        }

        @Override
        public int instructions() {
            return in.height() + out.height();
        }

        private static int gcd(int a, int b) {
            return b == 0 ? a : gcd(b, a % b);
        }
    }
}
