package quantwright.simulator.timing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import quantwright.npu.isa.Block;
import quantwright.npu.isa.Extent;
import quantwright.npu.isa.NumberType;
import quantwright.npu.isa.Window;
import quantwright.profiles.NpuMachine.Scratchpad;

/** Accesses of banks against a count of every byte. */
class FootprintTest {
    private static Scratchpad scratchpad(Random random) {
        int width = 1 << random.nextInt(6);
        return new Scratchpad(1 << 20, 1 + random.nextInt(64), width, width << random.nextInt(3), random.nextBoolean(),
            0, 0, 0);
    }

    /** A run takes one access for each line that holds a byte of it. */
    private static void run(Scratchpad s, long address, long bytes, float[] accesses) {
        var lines = new TreeSet<Long>();
        for (long a = address; a < address + bytes; a++) {
            lines.add(a / s.bankWidth());
        }
        for (long line : lines) {
            accesses[s.bank(line * s.bankWidth() / s.interleave())]++;
        }
    }

    @Test
    void blocksTakeALineOfABankForEveryLineTheyTouch() {
        var random = new Random(21);
        for (int i = 0; i < 500; i++) {
            Scratchpad s = scratchpad(random);
            var extent = new Extent(1 + random.nextInt(200), 1 + random.nextInt(6), 1 + random.nextInt(4));
            var block = new Block(random.nextInt(1000), extent.bytes() + 1 + random.nextInt(300),
                4000 + random.nextInt(1000));
            var expected = new float[s.banks()];
            for (int p = 0; p < extent.planes(); p++) {
                for (int r = 0; r < extent.rows(); r++) {
                    run(s, block.address() + (long) p * block.planePitch() + (long) r * block.rowPitch(), extent.bytes(),
                        expected);
                }
            }
            requireEqual(expected, new Footprint(s).block(block, extent).accesses(), s);
        }
    }

    @Test
    void windowsReadEveryTapOfEveryRow() {
        var random = new Random(22);
        for (int i = 0; i < 500; i++) {
            Scratchpad s = scratchpad(random);
            int channels = 1 + random.nextInt(40);
            int pixel = channels + 1 + random.nextInt(20);
            var w = new Window(random.nextInt(500), NumberType.I8, 0, 1 + random.nextInt(3), 3000, 1 + random.nextInt(9), pixel,
                1 + random.nextInt(3), 700, 1 + random.nextInt(3), pixel, channels);
            var expected = new float[s.banks()];
            for (int y = 0; y < w.outerRows() * w.innerRows(); y++) {
                for (int t = 0; t < w.kernelRows() * w.kernelColumns(); t++) {
                    run(s, w.address() + (long) (y / w.innerRows()) * w.outerPitch()
                        + (long) (y % w.innerRows()) * w.innerPitch()
                        + (long) (t / w.kernelColumns()) * w.kernelRowPitch()
                        + (long) (t % w.kernelColumns()) * w.kernelColumnPitch(), channels, expected);
                }
            }
            requireEqual(expected, new Footprint(s).window(w).accesses(), s);
        }
    }

    private static void requireEqual(float[] expected, float[] found, Scratchpad s) {
        assertEquals(expected.length, found.length);
        for (int b = 0; b < expected.length; b++) {
            assertEquals(expected[b], found[b], 1e-3, "bank " + b + " of " + s);
        }
    }

    /** What makes cycles fall with banks: no two granules meet in one of twice as many banks that do not meet already. */
    @Test
    void twiceAsManyBanksPutNothingTogether() {
        var random = new Random(23);
        for (int i = 0; i < 20_000; i++) {
            int banks = 1 + random.nextInt(100);
            boolean hashed = random.nextBoolean();
            var few = new Scratchpad(1 << 20, banks, 8, 8, hashed, 0, 0, 0);
            var many = new Scratchpad(1 << 20, 2 * banks, 8, 8, hashed, 0, 0, 0);
            long a = random.nextInt(1 << 24);
            long b = random.nextInt(1 << 24);
            assertTrue(many.bank(a) != many.bank(b) || few.bank(a) == few.bank(b), banks + " banks, " + a + " and " + b);
        }
    }

    /** In turn, a stride of as many lines as there are banks meets one of them; by the hash it spreads. */
    @Test
    void theHashSpreadsStrides() {
        for (boolean hashed : new boolean[]{false, true}) {
            var s = new Scratchpad(1 << 20, 16, 8, 8, hashed, 0, 0, 0);
            float[] accesses = new Footprint(s).block(new Block(0, 128, 0), new Extent(8, 1024, 1)).accesses();
            float busiest = 0;
            for (float a : accesses) {
                busiest = Math.max(busiest, a);
            }
            assertTrue(hashed ? busiest < 1.5 * 1024 / 16 : busiest == 1024, "busiest bank: " + busiest);
        }
    }
}
