package quantwright.compiler.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import quantwright.compiler.quant.ActivationBits;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.quant.WeightBits;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

class PlanFileTest {
    private static final String START = "quantwright-plan 1\n";
    @TempDir
    Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("a.plan"), text);
    }

    @Test
    void readsWhatItWrites() throws IOException {
        SequencedMap<String, String> header = new LinkedHashMap<>();
        header.put("model", "sha256:0123");
        header.put("budget", "drop<=1%,size<=100KiB");
        SequencedMap<String, LayerPrecision> layers = new LinkedHashMap<>();
        layers.put("/layer 1/conv#2 \"q\" \\", new LayerPrecision.Integer(WeightBits.W4, ActivationBits.A8));
        layers.put("b", new LayerPrecision.Real());
        layers.put("a", LayerPrecision.W8A8);
        PlanFile plan = new PlanFile(List.of("for people"), header, LayerPrecision.W8A8, layers, Map.of("b", "512 weights"));
        PlanFile read = PlanFile.read(file(plan.text()));
        assertEquals(plan.header(), read.header());
        assertEquals(List.copyOf(plan.layers().entrySet()), List.copyOf(read.layers().entrySet()));
        assertEquals(plan.standard(), read.standard());
        assertTrue(plan.text().contains("\nlayer \"b\""), plan.text());
        assertTrue(plan.text().contains("  # 512 weights\n"), plan.text());
    }

    @Test
    void aPlanByHandNeedsLittle() throws IOException {
        PlanFile read = PlanFile.read(file(START + "\n# all of it\ndefault w4a8\nlayer \"a\" float # why\n"));
        assertEquals(new LayerPrecision.Integer(WeightBits.W4, ActivationBits.A8), read.standard());
        assertEquals(Map.of("a", new LayerPrecision.Real()), read.layers());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "layer \"a\" w3a8  | QW-A0110 | did you mean 'w4a8'?",
        "layer \"a\" w5a12 | QW-A0110 | did you mean 'w8a16'?",
        "layer \"a\" flaot | QW-A0110 | did you mean 'float'?",
        "default w9a8      | QW-A0110 | did you mean 'w8a8'?",
        "layer a w8a8      | QW-A0108 | ''",
        "layr \"a\" w8a8   | QW-A0108 | did you mean 'layer'?",
        "modle sha256:1    | QW-A0108 | did you mean 'model'?"})
    void refusesALineWithItsNumber(String line, String code, String note) throws IOException {
        Path file = file(START + "# first\n" + line + "\n");
        Diagnostic d = assertThrows(UserErrorException.class, () -> PlanFile.read(file)).diagnostics().getFirst();
        assertEquals(code, d.code().id());
        assertEquals(3, ((Location.InFile) d.location()).line());
        assertTrue(note.isEmpty() || d.notes().contains(note), d.notes().toString());
    }

    @Test
    void refusesOtherFilesAndDoubledLines() throws IOException {
        Path other = file("quantwright-plan 2\n");
        assertThrows(UserErrorException.class, () -> PlanFile.read(other));
        assertThrows(UserErrorException.class, () -> PlanFile.read(folder.resolve("missing.plan")));
        Path twice = file(START + "layer \"a\" w8a8\nlayer \"a\" w4a8\n");
        assertThrows(UserErrorException.class, () -> PlanFile.read(twice));
    }
}
