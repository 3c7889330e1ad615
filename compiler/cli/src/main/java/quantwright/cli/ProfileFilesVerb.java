package quantwright.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quantwright.compiler.conformance.ConformanceVectors;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.ProfileImport;
import quantwright.profiles.ProfileTemplate;

/** The commands of {@code qw profile} that write files. */
final class ProfileFilesVerb {
    private ProfileFilesVerb() {
    }

    /** A profile's name: what a file without extension is called. */
    private static String id(Path file) {
        String name = file.getFileName().toString();
        String id = name.endsWith(".qhw") ? name.substring(0, name.length() - ".qhw".length()) : name;
        if (!id.matches("[A-Za-z_][A-Za-z0-9_.-]*")) {
            throw new UserErrorException(CliDiagnostic.USAGE, Location.UNKNOWN, "'" + id + "' is no name of a profile:"
                    + " letters, digits, '.', '-' and '_', a letter first");
        }
        return id;
    }

    private static void write(Verb verb, ProfileTemplate template, Path file) {
        if (Files.exists(file)) {
            throw new UserErrorException(CliDiagnostic.NOT_WRITABLE, Location.file(file), "there is a file already");
        }
        WholeFile.write(file, partial -> Files.writeString(partial, template.text()));
        verb.say("%s: %d keys to fill, then qw profile check %s", file, template.missing().size(), file);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("file", file);
        result.put("missing", template.missing());
        verb.result(result);
    }

    /** {@code qw profile new}. */
    @Command(name = "new", description = "Writes a commented template to fill in.")
    static final class New extends Verb {
        @Parameters(paramLabel = "NAME", description = "Name of the profile; written to NAME.qhw.")
        private Path name;
        @Option(names = "--template", paramLabel = "KIND", description = "npu (default), x86 or arm.")
        private String template = "npu";
        @Option(names = {"-o", "--output"}, paramLabel = "FILE", description = "Where to write; default: NAME.qhw.")
        private Path output;

        @Override
        int execute(Bars bars) {
            ProfileTemplate.Machine machine = java.util.Arrays.stream(ProfileTemplate.Machine.values())
                    .filter(m -> m.name().toLowerCase(Locale.ROOT).equals(template)).findFirst().orElseThrow(() ->
                            new UserErrorException(CliDiagnostic.USAGE, Location.UNKNOWN,
                                    "--template takes npu, x86 or arm, not '" + template + "'"));
            String id = id(name);
            write(this, ProfileTemplate.of(id, machine), output != null ? output : name.resolveSibling(id + ".qhw"));
            return OK;
        }
    }

    /** {@code qw profile import}. */
    @Command(name = "import", description = {"Starts a profile from a vela.ini (Arm Ethos-U) or a SCALE-Sim .cfg.",
        "What the file does not state is listed, and stays open in the profile."})
    static final class Import extends Verb {
        @Parameters(paramLabel = "FILE", description = "A vela.ini or a SCALE-Sim .cfg.")
        private Path file;
        @Option(names = {"-o", "--output"}, paramLabel = "OUT.qhw", description = "Where to write; default: FILE's name.")
        private Path output;
        @Option(names = "--system", paramLabel = "NAME", description = "System configuration, if the file has several.")
        private String system;
        @Option(names = "--memory-mode", paramLabel = "NAME", description = "Memory mode to apply.")
        private String mode;

        @Override
        int execute(Bars bars) {
            String name = file.getFileName().toString();
            Path target = output != null ? output : Path.of(name.replaceFirst("\\.[^.]*$", "") + ".qhw");
            ProfileTemplate imported = ProfileImport.read(file, id(target), Optional.ofNullable(system),
                    Optional.ofNullable(mode));
            write(this, imported, target);
            say("%s does not state:", file);
            imported.missing().forEach(m -> say("  %s", m));
            return OK;
        }
    }

    /** {@code qw profile conformance}. */
    @Command(name = "conformance", description = {"Writes test vectors of a chip: every op, type and class of shapes under"
        + " its arithmetic.", "For the team that builds the chip: inputs, weights, sums and outputs as .npy."})
    static final class Conformance extends Verb {
        @Parameters(paramLabel = "P", description = "Profile by id or .qhw file.")
        private String profile;
        @Option(names = {"-o", "--output"}, paramLabel = "DIR", required = true, description = "A folder that is not there.")
        private Path output;

        @Override
        int execute(Bars bars) {
            HardwareProfile found = driver().profiles().find(profile);
            if (Files.exists(output)) {
                throw new UserErrorException(CliDiagnostic.NOT_WRITABLE, Location.file(output), "it is there already");
            }
            Map<String, Object> manifest = new LinkedHashMap<>();
            WholeFile.write(output, partial -> manifest.putAll(fill(Files.createDirectories(partial), found)));
            say("%s: %d cases", output, ((List<?>) manifest.get("cases")).size());
            result(manifest);
            return OK;
        }

        private static Map<String, Object> fill(Path folder, HardwareProfile profile) throws IOException {
            Map<String, Object> manifest = new LinkedHashMap<>();
            manifest.put("format", 1);
            manifest.put("profile", profile.id());
            manifest.put("profileHash", profile.hash());
            manifest.put("cases", ConformanceVectors.write(profile, folder));
            Files.writeString(folder.resolve("manifest.json"), Json.of(manifest) + "\n");
            return manifest;
        }
    }
}
