package quantwright.profiles;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.UserErrorException;

class ProfileCatalogueTest {
    @TempDir
    private Path folder;

    @Test
    void everyShippedFileIsInTheIndexAndValid() throws IOException {
        ProfileCatalogue catalogue = new ProfileCatalogue();
        try (Stream<Path> files = Files.walk(Path.of("data"))) {
            List<String> ids = files.map(p -> p.getFileName().toString()).filter(n -> n.endsWith(".qhw"))
                    .map(n -> n.substring(0, n.length() - 4)).sorted().toList();
            assertEquals(ids, catalogue.ids());
        }
        for (String id : catalogue.ids()) {
            assertEquals(id, catalogue.find(id).id());
        }
    }

    @Test
    void extendingKeepsWhatIsNotRestated() {
        HardwareProfile avx2 = new ProfileCatalogue().find("x86-avx2");
        assertEquals(256, avx2.cpu().orElseThrow().vectorBits());
        assertEquals(32 << 10, avx2.cpu().orElseThrow().l1Bytes());
        assertEquals("f32", avx2.quantization().arithmetic());
    }

    @Test
    void shownTextReadsBackToTheSameProfile() throws IOException {
        ProfileCatalogue catalogue = new ProfileCatalogue();
        for (String id : catalogue.ids()) {
            Path file = Files.writeString(folder.resolve(id + ".qhw"), catalogue.show(id));
            assertEquals(catalogue.find(id), catalogue.find(file.toString()));
        }
    }

    @Test
    void numbersOfAnNpuComeInTheRecordsUnitsWithTheirSources() {
        HardwareProfile profile = new ProfileCatalogue().find("npu-systolic-16x16");
        NpuMachine npu = profile.npu().orElseThrow();
        assertEquals(1e9, npu.nominal().hertz());
        assertEquals(0.5e9, npu.points().get(1).hertz());
        assertEquals(12.8e9, npu.dram().bytesPerSecond());
        assertEquals(100e-9, npu.dram().latencySeconds());
        assertEquals(64, npu.dram().bytePicojoules());
        assertEquals(2e-3, npu.scratchpad().leakageWatts());
        assertEquals(256, npu.array().peakMacs());
        assertEquals(new NpuMachine.TypePair(8, 8, 1, 0.063), npu.types().getFirst());
        Source source = profile.sources().get("npu.pair.i8.i8.energy");
        assertEquals(Source.Kind.ASSUMED, source.kind());
        assertEquals(1.0, source.band());
        assertEquals(0, profile.sources().get("npu.array.rows").band());
        assertEquals(Source.Kind.DATASHEET.band(), profile.sources().get("npu.dram.bandwidth").band());
        assertEquals(3, new ProfileCatalogue().find("npu-edge-4bit").npu().orElseThrow().types().stream()
                .filter(t -> t.activationBits() == 8).count());
    }

    @Test
    void mistakesAreNamedWithPlaceAndCode() throws IOException {
        assertEquals("QW-H0101", first("x86-avx512-vnnj").code().id());
        assertProblem("qhw 1\nprofile a { summary x }", "QW-H0103", "a.qhw:2:23");
        assertProblem("qhw 2\nprofile a { }", "QW-H0104", "a.qhw:1:1");
        String base = "qhw 1\nprofile a extends x86-avx2 {\n%s\n}\n";
        assertProblem(base.formatted("cpu { l1 32 kg; }"), "QW-H0108", "a.qhw:3:10");
        assertProblem(base.formatted("cpu { featurs avx2; }"), "QW-H0105", "a.qhw:3:7");
        assertProblem(base.formatted("cpu { isa mips; }"), "QW-H0107", "a.qhw:3:11");
        assertProblem(base.formatted("summary a; summary b;"), "QW-H0109", "a.qhw:3:12");
        assertProblem("qhw 1\nprofile a { summary x; }", "QW-H0106", "a.qhw:2:11");
    }

    private Diagnostic first(String idOrPath) {
        UserErrorException e = assertThrows(UserErrorException.class, () -> new ProfileCatalogue().find(idOrPath));
        return e.diagnostics().getFirst();
    }

    private void assertProblem(String text, String code, String place) throws IOException {
        Path file = Files.writeString(folder.resolve("a.qhw"), text);
        Diagnostic d = first(file.toString());
        assertEquals(code, d.code().id(), d.render());
        assertTrue(d.location().toString().endsWith(place), d.render());
    }
}
