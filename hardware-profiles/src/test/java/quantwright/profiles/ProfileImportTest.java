package quantwright.profiles;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is derived from vendors' files, and what stays open. */
class ProfileImportTest {
    private static final String VELA = """
            [System_Config.%s]
            core_clock=500e6
            axi0_port=Sram
            axi1_port=OffChipFlash
            Sram_clock_scale=1.0
            Sram_ports_used=2
            Sram_read_latency=32
            OffChipFlash_clock_scale=0.125
            OffChipFlash_read_latency=64
            """;

    @TempDir
    private Path folder;

    private ProfileTemplate read(String name, String text) throws IOException {
        return ProfileImport.read(Files.writeString(folder.resolve(name), text), "chip", Optional.empty(), Optional.empty());
    }

    @Test
    void bandwidthIsClockTimesPortTimesScale() throws IOException {
        ProfileTemplate t = read("vela.ini", VELA.formatted("Ethos_U55_Mine"));
        assertTrue(t.text().contains("bandwidth 8000000000 B/s source datasheet \"vela.ini: core_clock x Sram_clock_scale x"
                + " Sram_ports_used x 64-bit AXI\""), t.text());
        assertTrue(t.text().contains("bandwidth 500000000 B/s source datasheet \"vela.ini: core_clock x"
                + " OffChipFlash_clock_scale x 64-bit AXI\""), t.text());
        assertFalse(t.missing().contains("npu.dram.bandwidth"));
        assertTrue(read("vela.ini", VELA.formatted("Ethos_U85_Mine")).text().contains("bandwidth 16000000000 B/s"));
    }

    @Test
    void aPartOfUnknownPortsLeavesBandwidthOpen() throws IOException {
        ProfileTemplate t = read("vela.ini", VELA.formatted("Mine"));
        assertTrue(t.missing().contains("npu.dram.bandwidth"), t.missing().toString());
        assertTrue(t.missing().contains("npu.flash.bandwidth"), t.missing().toString());
    }

    @Test
    void scaleSimStatesBandwidthOnlyIfItIsTheUsers() throws IOException {
        String text = """
                [architecture_presets]
                ArrayHeight: 16
                ArrayWidth: 16
                Dataflow: ws
                Bandwidth: 10
                [run_presets]
                InterfaceBandwidth: %s
                """;
        ProfileTemplate user = read("chip.cfg", text.formatted("USER"));
        assertTrue(user.text().contains("bandwidth 10 B/cycle source datasheet \"chip.cfg: Bandwidth\""), user.text());
        assertFalse(user.missing().contains("npu.dram.bandwidth"), user.missing().toString());
        ProfileTemplate calculated = read("chip.cfg", text.formatted("CALC"));
        assertTrue(calculated.missing().contains("npu.dram.bandwidth"), calculated.missing().toString());
    }
}
