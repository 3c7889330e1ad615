package quantwright.profiles;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import quantwright.ir.diag.FileFault;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.text.Names;

/**
 * Reads descriptions of chips that vendors have already: system configurations and memory modes of Arm's Ethos-U compiler
 * ({@code vela.ini}), and SCALE-Sim's {@code .cfg}. What a file does not state stays open in the profile.
 */
public final class ProfileImport {
    private static final String SYSTEM = "System_Config.";
    private static final String MODE = "Memory_Mode.";
    private static final String PRESETS = "architecture_presets";
    private final IniFile ini;
    private final String name;
    private final Map<String, String> known = new TreeMap<>();

    private ProfileImport(IniFile ini, String name) {
        this.ini = ini;
        this.name = name;
    }

    /**
     * Reads a file.
     *
     * @param id name of the profile
     * @param system name of the system configuration, if the file has several
     * @param mode name of the memory mode, if one is to be applied
     * @throws UserErrorException if the file is in no known format or does not hold together
     */
    public static ProfileTemplate read(Path file, String id, Optional<String> system, Optional<String> mode) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new UserErrorException(ProfileDiagnostic.UNREADABLE, Location.file(file), FileFault.reason(e));
        }
        IniFile ini = IniFile.parse(text, file.toString());
        ProfileImport reader = new ProfileImport(ini, file.getFileName().toString());
        String from;
        if (ini.section(PRESETS).isPresent()) {
            reader.scaleSim(ini.section(PRESETS).get());
            from = name(file) + " (SCALE-Sim)";
        } else if (ini.names().stream().anyMatch(n -> n.startsWith(SYSTEM))) {
            from = reader.vela(reader.pick(SYSTEM, system, file, true).orElseThrow(), reader.pick(MODE, mode, file, false));
        } else {
            throw new UserErrorException(ProfileImportDiagnostic.UNKNOWN_FORMAT, Location.file(file), "sections: "
                    + String.join(", ", ini.names()));
        }
        reader.known.put("summary", "\"imported from " + from + "\"");
        return ProfileTemplate.of(id, ProfileTemplate.Machine.NPU, List.of("Imported from " + from
                + ". What stands behind '# fill:' the file does not state."), reader.known);
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    private Optional<IniFile.Section> pick(String prefix, Optional<String> asked, Path file, boolean needed) {
        List<String> there = ini.names().stream().filter(n -> n.startsWith(prefix)).toList();
        List<String> names = there.stream().map(n -> n.substring(prefix.length())).toList();
        if (asked.isEmpty() && (!needed || there.size() == 1)) {
            return needed ? ini.section(there.getFirst()).map(ini::resolved) : Optional.empty();
        }
        if (asked.isEmpty()) {
            throw new UserErrorException(ProfileImportDiagnostic.WHICH_SECTION, Location.file(file), "there are "
                    + String.join(", ", names));
        }
        return Optional.of(ini.section(prefix + asked.get()).map(ini::resolved).orElseThrow(() -> new UserErrorException(
                ProfileImportDiagnostic.WHICH_SECTION, Location.file(file), "there is no section [" + prefix
                        + asked.get() + "]",
                Names.suggestion(asked.get(), names))));
    }

    private void put(String path, String value, IniFile.Entry entry) {
        known.put(path, value + " source datasheet \"" + name + ": " + entry.key() + "\"");
    }

    /** The memory with inputs and workspace becomes dram, that of constants flash if it is another. */
    private String vela(IniFile.Section system, Optional<IniFile.Section> mode) {
        system.entry("core_clock").ifPresent(e -> put("npu.point.nominal.clock", plain(e.number()) + " Hz", e));
        OptionalInt width = axiBytes(system);
        String arena = port(system, mode, "arena_mem_area", "Axi0");
        String constants = port(system, mode, "const_mem_area", "Axi1");
        memory(system, arena, width, "npu.dram.");
        if (!constants.equals(arena)) {
            memory(system, constants, width, "npu.flash.");
        }
        system.entry(arena + "_burst_length").ifPresent(e -> put("npu.dma.burst", whole(e) + " B", e));
        mode.flatMap(m -> m.entry("arena_cache_size")).ifPresent(e -> put("npu.scratchpad.size", whole(e) + " B", e));
        return system.name().substring(SYSTEM.length()) + mode.map(m -> ", " + m.name().substring(MODE.length())).orElse("")
                + " of " + name;
    }

    /** Name of the memory behind the port that a memory mode gives an area. */
    private String port(IniFile.Section system, Optional<IniFile.Section> mode, String area, String usual) {
        Optional<IniFile.Entry> stated = mode.flatMap(m -> m.entry(area));
        String port = stated.map(IniFile.Entry::value).orElse(usual);
        return system.entry(port.toLowerCase(java.util.Locale.ROOT) + "_port").map(IniFile.Entry::value).orElseThrow(() ->
                new UserErrorException(ProfileImportDiagnostic.BAD_VALUE, stated.map(IniFile.Entry::location)
                        .orElse(system.location()), "[" + system.name() + "] has no port " + port));
    }

    /**
     * Bytes of an AXI port of the part that a system configuration is for: 64 bit on Ethos-U55, 128 on Ethos-U65 and U85 (their
     * technical reference manuals). Arm's names begin with the part; other names say nothing.
     */
    private static OptionalInt axiBytes(IniFile.Section system) {
        String name = system.name().substring(SYSTEM.length());
        if (name.startsWith("Ethos_U55")) {
            return OptionalInt.of(8);
        }
        return name.startsWith("Ethos_U65") || name.startsWith("Ethos_U85") ? OptionalInt.of(16) : OptionalInt.empty();
    }

    /** Bandwidth is clock, times width and number of the ports, times the memory's share of the clock. */
    private void memory(IniFile.Section system, String memory, OptionalInt width, String path) {
        system.entry(memory + "_read_latency").ifPresent(e -> put(path + "latency", plain(e.number()) + " cycles", e));
        Optional<IniFile.Entry> clock = system.entry("core_clock");
        Optional<IniFile.Entry> scale = system.entry(memory + "_clock_scale");
        if (width.isPresent() && clock.isPresent() && scale.isPresent()) {
            Optional<IniFile.Entry> ports = system.entry(memory + "_ports_used");
            double rate = clock.get().number() * width.getAsInt() * ports.map(IniFile.Entry::number).orElse(1.0)
                    * scale.get().number();
            known.put(path + "bandwidth", plain(rate) + " B/s source datasheet \"" + name + ": core_clock x " + memory
                    + "_clock_scale" + (ports.isPresent() ? " x " + memory + "_ports_used" : "") + " x "
                    + 8 * width.getAsInt() + "-bit AXI\"");
        }
    }

    private void scaleSim(IniFile.Section presets) {
        known.put("npu.array.structure", "systolic");
        known.put("npu.array.positions", "1 source datasheet \"SCALE-Sim models systolic arrays\"");
        presets.entry("ArrayHeight").ifPresent(e -> put("npu.array.rows", whole(e), e));
        presets.entry("ArrayWidth").ifPresent(e -> put("npu.array.columns", whole(e), e));
        presets.entry("Dataflow").ifPresent(e -> known.put("npu.array.dataflow", switch (e.value()) {
            case "ws" -> "weight-stationary";
            case "os" -> "output-stationary";
            case "is" -> "input-stationary";
            default -> throw new UserErrorException(ProfileImportDiagnostic.BAD_VALUE, e.location(),
                    "Dataflow is one of ws, os, is, not '" + e.value() + "'");
        }));
        List<Optional<IniFile.Entry>> memories = List.of(presets.entry("IfmapSramSzkB"), presets.entry("FilterSramSzkB"),
                presets.entry("OfmapSramSzkB"));
        if (memories.stream().allMatch(Optional::isPresent)) {
            double kilobytes = memories.stream().mapToDouble(m -> m.get().number()).sum();
            known.put("npu.scratchpad.size", plain(kilobytes) + " KiB source datasheet \"" + name
                    + ": IfmapSramSzkB + FilterSramSzkB + OfmapSramSzkB\"");
        }
        boolean user = ini.section("run_presets").flatMap(s -> s.entry("InterfaceBandwidth"))
                .map(e -> e.value().equals("USER")).orElse(false);
        if (user) {
            // Words are bytes there; one channel of this many bytes a cycle, which the engine does not hold up.
            presets.entry("Bandwidth").ifPresent(e -> put("npu.dma.bandwidth", plain(e.number()) + " B/cycle", e));
            presets.entry("Bandwidth").ifPresent(e -> put("npu.dram.bandwidth", plain(e.number()) + " B/cycle", e));
        }
    }

    private static String whole(IniFile.Entry entry) {
        double value = entry.number();
        if (value != Math.rint(value)) {
            throw new UserErrorException(ProfileImportDiagnostic.BAD_VALUE, entry.location(), entry.key()
                    + " is a whole number");
        }
        return plain(value);
    }

    private static String plain(double value) {
        return java.math.BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}
