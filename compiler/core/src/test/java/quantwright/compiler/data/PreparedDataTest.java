package quantwright.compiler.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import quantwright.compiler.importer.FormatException;

class PreparedDataTest {
    @Test
    void stepsRunOnceInTheStatedOrder() throws FormatException {
        var set = bytes(new long[] {1, 1, 2, 3}, 10, 20, 30, 40, 50, 60);
        var steps = Preprocessing.of(JsonObject.parse("""
            {"layout": "CHW", "colour": "BGR", "offset": 2, "multiply": 3, "divide": 4, "mean": [1, 2, 3],
             "std": [2, 4, 8], "label_offset": 1}""", "test"));
        var prepared = new PreparedData(set, steps, NumericType.F32);
        assertArrayEquals(new long[] {3, 1, 2}, prepared.sampleShape());
        var expected = new float[6];
        float[] mean = {1, 2, 3};
        float[] std = {2, 4, 8};
        float[][] bgr = {{30, 60}, {20, 50}, {10, 40}};
        for (int i = 0; i < 6; i++) {
            expected[i] = ((bgr[i / 2][i % 2] - 2) * 3 / 4 - mean[i / 2]) / std[i / 2];
        }
        assertArrayEquals(expected, prepared.floats(0));
    }

    @Test
    void divisionIsNotAMultiplicationByTheReciprocal() throws FormatException {
        var set = bytes(new long[] {1, 1}, 77);
        var divided = new PreparedData(set, steps("{\"divide\": 255}"), NumericType.F32);
        assertEquals(77f / 255f, divided.floats(0)[0]);
        var twice = new PreparedData(set, steps("{\"divide\": 255, \"mean\": [0.485], \"std\": [0.229]}"),
            NumericType.F32);
        assertEquals((77f / 255f - 0.485f) / 0.229f, twice.floats(0)[0]);
    }

    @Test
    void integersAreRoundedHalfToEvenAndClamped() throws FormatException {
        var set = bytes(new long[] {1, 5}, 0, 127, 128, 200, 255);
        assertArrayEquals(new byte[] {-128, -1, 0, 72, 127},
            new PreparedData(set, steps("{\"offset\": 128}"), NumericType.I8).bytes(0));
        // 0.5 * 127 = 63.5 goes to 64, 100 and 127.5 beyond the scale's range are clamped.
        assertArrayEquals(new byte[] {-3, 61, 61, 97, 125},
            new PreparedData(set, steps("{\"multiply\": 0.5, \"quantize\": {\"scale\": 1, \"zero\": -3}}"),
                NumericType.I8).bytes(0));
        assertArrayEquals(new byte[] {3, 127, 127, 127, 127},
            new PreparedData(set, steps("{\"quantize\": {\"scale\": 0.5, \"zero\": 3}}"), NumericType.I8).bytes(0));
    }

    @Test
    void channelsFirstBecomesChannelsLast() throws FormatException {
        var set = bytes(new long[] {1, 2, 1, 3}, 1, 2, 3, 4, 5, 6);
        var prepared = new PreparedData(set, steps("{\"layout\": \"HWC\"}"), NumericType.U8);
        assertArrayEquals(new long[] {1, 3, 2}, prepared.sampleShape());
        assertArrayEquals(new byte[] {1, 4, 2, 5, 3, 6}, prepared.bytes(0));
    }

    @Test
    void aSampleThatIsNotFiniteIsNamed() throws Exception {
        var values = MemorySegment.ofArray(new float[] {1, 2, Float.NaN, 4});
        var set = new ArrayDataSet("data.npy", new NumericArray(NumericType.F32, new long[] {2, 2},
            MemorySegment.ofArray(values.toArray(ValueLayout.JAVA_BYTE))), Optional.empty());
        var prepared = new PreparedData(set, Preprocessing.none(), NumericType.F32);
        prepared.floats(0);
        var e = assertThrows(FormatException.class, () -> prepared.floats(1));
        assertEquals("QW-D0108", e.code().id());
        assertTrue(e.getMessage().contains("sample 1, element 0") && e.getMessage().contains("NaN"), e.getMessage());
    }

    @Test
    void stepsThatDoNotFitTheSamplesAreNamed() throws FormatException {
        var set = bytes(new long[] {1, 2, 2, 3}, new int[12]);
        assertEquals("QW-D0107", assertThrows(FormatException.class,
            () -> new PreparedData(set, steps("{\"mean\": [1, 2]}"), NumericType.F32)).code().id());
        assertEquals("QW-D0107", assertThrows(FormatException.class,
            () -> new PreparedData(set, Preprocessing.none(), NumericType.F64)).code().id());
        var flat = bytes(new long[] {1, 4}, 1, 2, 3, 4);
        assertEquals("QW-D0107", assertThrows(FormatException.class,
            () -> new PreparedData(flat, steps("{\"layout\": \"CHW\"}"), NumericType.F32)).code().id());
    }

    @Test
    void indicesAreWhole() throws FormatException {
        var set = bytes(new long[] {2, 3}, 0, 1, 2, 255, 4, 5);
        assertArrayEquals(new long[] {255, 4, 5}, new PreparedData(set, Preprocessing.none(), NumericType.I64).longs(1));
        assertArrayEquals(new int[] {0, 1, 2}, new PreparedData(set, Preprocessing.none(), NumericType.I32).ints(0));
        var halves = new PreparedData(set, steps("{\"divide\": 2}"), NumericType.I64);
        var e = assertThrows(FormatException.class, () -> halves.longs(0));
        assertEquals("QW-D0107", e.code().id());
        assertTrue(e.getMessage().contains("sample 0, element 1"), e.getMessage());
    }

    private static Preprocessing steps(String json) throws FormatException {
        return Preprocessing.of(JsonObject.parse(json, "test"));
    }

    private static DataSet bytes(long[] shape, int... values) throws FormatException {
        var data = new byte[values.length];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) values[i];
        }
        return new ArrayDataSet("data.npy", new NumericArray(NumericType.U8, shape, MemorySegment.ofArray(data)),
            Optional.empty());
    }
}
