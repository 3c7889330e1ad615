package quantwright.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import quantwright.backend.Artifact;
import quantwright.compiler.data.Preprocessing;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.On;
import quantwright.compiler.driver.PreprocessingFile;
import quantwright.compiler.driver.Program;
import quantwright.compiler.driver.Quantwright;
import quantwright.profiles.HardwareProfile;

/** Options of verbs that run an artifact folder or a model file. */
final class ProgramOptions {
    @Option(names = "--on", paramLabel = "WHERE",
            description = "host: native code; jvm: Java bytecode; interpreter: the reference, same bytes, slow;"
            + " simulator: the NPU's programs."
            + " Default: native code where this host can run it, else bytecode.")
    private On on = On.AUTO;
    @Option(names = "--profile", paramLabel = "P",
            description = "What to compile a MODEL for; default: the best for this host. A DIR is compiled already.")
    private String profile;
    @Mixin
    private ModelOptions modelOptions;

    /** Opens a folder as an artifact, a file as a model. */
    Program open(Verb verb, Quantwright driver, Path path, Bars bars) {
        Program program = open(verb, driver, path, on, bars);
        bars.close();
        verb.showWarnings();
        return program;
    }

    private Program open(Verb verb, Quantwright driver, Path path, On where, Bars bars) {
        if (Files.isDirectory(path)) {
            if (profile != null) {
                throw Verb.conflict("--profile is given for " + path + ", which is compiled already");
            }
            return Program.of(driver, path, where, verb.sink());
        }
        var model = modelOptions.load(driver, path, verb.sink());
        On effective = where == On.AUTO && profile == null && driver.hostProfile().isEmpty() ? On.INTERPRETER : where;
        HardwareProfile target = switch (effective) {
            case INTERPRETER -> null;
            case JVM -> profile == null ? driver.portableProfile() : Verb.profile(driver, profile);
            case AUTO, HOST, SIMULATOR -> Verb.profile(driver, profile);
        };
        return Program.of(driver, model, target, effective, verb.sink(), bars);
    }

    /** Reads a model file. */
    Model load(Verb verb, Quantwright driver, Path path) {
        return modelOptions.load(driver, path, verb.sink());
    }

    /** The profile to run a chip's model with: its own on the simulator, else the one asked for or this host's. */
    HardwareProfile host(Quantwright driver, HardwareProfile chip) {
        return switch (on) {
            case SIMULATOR -> chip;
            case JVM -> driver.portableProfile();
            case AUTO, HOST, INTERPRETER -> profile == null ? driver.hostProfile().orElseGet(driver::portableProfile)
                    : Verb.profile(driver, profile);
        };
    }

    /** A model in a chip's arithmetic as a program. */
    Program open(Verb verb, Quantwright driver, Model model, HardwareProfile chip, Bars bars) {
        Program program = Program.of(driver, model, host(driver, chip), on, verb.sink(), bars);
        bars.close();
        verb.showWarnings();
        return program;
    }

    /** The preprocessing an artifact folder was calibrated with. */
    static Optional<Preprocessing> calibratedWith(Path path) {
        return Files.isDirectory(path) ? PreprocessingFile.read(Artifact.open(path)) : Optional.empty();
    }
}
