package quantwright.tests.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.CompiledModel;
import quantwright.backend.llvm.object.ElfObject;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.evaluate.ModelSummary;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.quant.PrecisionPlan;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.ProfileCatalogue;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;

/**
 * Bytes of constants: what a report states is what the object holds, and few bits are few bytes there, depthwise layers and
 * groups included. What an object holds beside a plan's bytes (factors, padding of outputs and of taps) is no more by
 * packed weights than by bytes, where activations have 8 bits.
 */
class StatedBytesTest {
    private static final List<String> PRECISIONS = List.of("w8a8", "w4a8", "w2a8", "w1a8", "w8a16", "w4a16");

    @ParameterizedTest
    @ValueSource(strings = {"x86-avx512-vnni", "x86-avx2"})
    void objectsHoldWhatIsStated(String profileId) throws FormatException {
        CatalogueModel entry = ModelCatalogue.load().get("glyphs");
        assumeTrue(ModelCatalogue.absent(entry).isEmpty(), "SKIPPED: shared data is absent: "
                + ModelCatalogue.absent(entry));
        DiagnosticSink sink = new DiagnosticSink();
        HardwareProfile profile = new ProfileCatalogue().find(profileId);
        Model real = Quantwright.discover().load(entry.path(), ImportOptions.none(), sink);
        ModelFeed feed = new ModelFeed(entry.evaluationData(), real.input()).first(2);
        Map<String, Long> beside = new LinkedHashMap<>();
        Map<String, Long> all = new LinkedHashMap<>();
        QuantizationOptions standard = QuantizationOptions.standard();
        QuantizationOptions untuned = standard.withWeights(standard.weights().untuned());
        for (String precision : PRECISIONS) {
            PrecisionPlan plan = PrecisionPlan.uniform(LayerPrecision.parse(precision).orElseThrow());
            Model model = real.quantize(feed, untuned.withPrecision(plan), profile, sink,
                    Progress.SILENT);
            CompiledModel compiled = model.compile(profile, Progress.SILENT);
            ElfObject object = ElfObject.parse(compiled.files().get("model.o"));
            long held = object.symbol(compiled.manifest().symbol() + "_constants").orElseThrow().size();
            assertEquals(compiled.manifest().constantBytes(), held, precision);
            long stated = ModelSummary.of(model.graph()).parameterBytes();
            System.out.println(profileId + " " + precision + ": a plan states " + stated + " bytes, the object holds " + held);
            beside.put(precision, held - stated);
            all.put(precision, held);
        }
        for (String packed : List.of("w4a8", "w2a8", "w1a8")) {
            assertTrue(beside.get(packed) <= beside.get("w8a8"), packed + ": " + beside);
        }
        assertTrue(all.get("w4a16") < all.get("w8a16"), all.toString());
    }
}
