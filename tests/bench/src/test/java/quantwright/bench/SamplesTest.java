package quantwright.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import quantwright.compiler.data.DataSet;
import quantwright.compiler.data.DataSets;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;

class SamplesTest {
    @ParameterizedTest
    @CsvSource({"kws-fp32,100,400", "vww-fp32,16,48"})
    void calibrationTakesNothingThatIsEvaluated(String id, long calibrated, long evaluated) throws Exception {
        CatalogueModel model = ModelCatalogue.load().require(id);
        Samples samples = Samples.of(model).orElseThrow();
        assertEquals(calibrated, samples.calibration().size());
        assertEquals(evaluated, samples.evaluation().size());
        assertFalse(samples.note().isEmpty());
        DataSet whole = DataSets.npz(model.data().orElseThrow());
        for (long i = 0; i < whole.size(); i++) {
            DataSet part = i < calibrated ? samples.calibration() : samples.evaluation();
            long at = i < calibrated ? i : i - calibrated;
            assertEquals(whole.label(i), part.label(at));
            assertEquals(hash(whole, i), hash(part, at));
        }
    }

    private static int hash(DataSet set, long sample) throws Exception {
        MemorySegment bytes = MemorySegment.ofArray(new byte[Math.toIntExact(set.sampleBytes())]);
        set.read(sample, 1, bytes);
        return java.util.Arrays.hashCode(bytes.toArray(ValueLayout.JAVA_BYTE));
    }
}
