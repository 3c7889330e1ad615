package quantwright.compiler.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Views of images whose elements grow with the row, the column and the channel, which tells where a view's come from. */
class ModelFeedTest {
    private static final int EXTENT = 32;
    private static final int SAMPLES = 2;

    @Test
    void viewsArePartsOfTheirImages() throws FormatException {
        ModelFeed feed = feed(3, Preprocessing.none(), TensorType.of(ScalarType.F32, 1, EXTENT, EXTENT, 3)).withViews(40);
        assertEquals(40, feed.size());
        boolean mirrored = false;
        boolean straight = false;
        for (int s = SAMPLES; s < 40; s++) {
            float[] view = feed.inputs(s).getFirst().floats();
            float across = view[3] - view[0];
            float down = view[EXTENT * 3] - view[0];
            mirrored |= across < 0;
            straight |= across > 0;
            assertTrue(down > 0 && down <= 2, "rows stay in order, no further apart than they were: " + down);
            assertTrue(Math.abs(across) <= 1, "columns: " + across);
            for (int i = 0; i < view.length; i++) {
                assertEquals(view[i / 3 * 3] + i % 3 * 50, view[i], 1e-3, "channels are of one place");
            }
            float corner = (s % SAMPLES) * 7;
            assertTrue(view[0] >= corner && view[view.length - 1] <= corner + 3 * (EXTENT - 1) + 100, "inside the image");
            assertEquals(feed.label(s % SAMPLES), feed.label(s));
        }
        assertTrue(mirrored && straight, "some are mirrored");
    }

    @Test
    void aViewDependsOnItsNumberAndNotOnTheLayout() throws FormatException {
        ModelFeed rows = feed(3, Preprocessing.none(), TensorType.of(ScalarType.F32, 1, EXTENT, EXTENT, 3)).withViews(4);
        Preprocessing planes = Preprocessing.of(JsonObject.parse("{\"layout\": \"CHW\"}", "test"));
        ModelFeed first = feed(3, planes, TensorType.of(ScalarType.F32, 1, 3, EXTENT, EXTENT)).withViews(4);
        float[] a = rows.inputs(3).getFirst().floats();
        float[] b = first.inputs(3).getFirst().floats();
        for (int i = 0; i < a.length; i++) {
            assertEquals(a[i], b[i % 3 * EXTENT * EXTENT + i / 3]);
        }
        assertArrayEquals(a, rows.inputs(3).getFirst().floats());
        assertNotEquals(a[0], rows.inputs(1).getFirst().floats()[0]);
    }

    @Test
    void whatIsNoColourImageHasNoViews() throws FormatException {
        ModelFeed grey = feed(1, Preprocessing.none(), TensorType.of(ScalarType.F32, 1, EXTENT, EXTENT, 1));
        assertSame(grey, grey.withViews(40));
        ModelFeed colour = feed(3, Preprocessing.none(), TensorType.of(ScalarType.F32, 1, EXTENT, EXTENT, 3));
        assertSame(colour, colour.withViews(SAMPLES));
        assertSame(colour, colour.withViews(0));
    }

    @Test
    void viewsAreOfTheSamplesAFeedHas() throws FormatException {
        ModelFeed one = feed(3, Preprocessing.none(), TensorType.of(ScalarType.F32, 1, EXTENT, EXTENT, 3)).first(1).withViews(3);
        float[] second = one.inputs(1).getFirst().floats();
        assertTrue(Math.abs(second[3] - second[0]) < 1, "the second is a view of the first");
        assertEquals(2, one.first(2).size());
        assertArrayEquals(second, one.first(2).inputs(1).getFirst().floats());
    }

    private static ModelFeed feed(int channels, Preprocessing steps, TensorType input) throws FormatException {
        byte[] bytes = new byte[SAMPLES * EXTENT * EXTENT * channels];
        for (int i = 0; i < bytes.length; i++) {
            int pixel = i / channels;
            bytes[i] = (byte) (pixel % EXTENT + 2 * (pixel / EXTENT % EXTENT) + 50 * (i % channels)
                    + 7 * (pixel / EXTENT / EXTENT));
        }
        NumericArray samples = new NumericArray(NumericType.U8, new long[] {SAMPLES, EXTENT, EXTENT, channels},
                MemorySegment.ofArray(bytes));
        NumericArray labels = new NumericArray(NumericType.U8, new long[] {SAMPLES},
                MemorySegment.ofArray(new byte[] {4, 9}));
        return new ModelFeed(new PreparedData(new ArrayDataSet("test", samples, Optional.of(labels)), steps,
                NumericType.F32), input);
    }
}
