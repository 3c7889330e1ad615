package quantwright.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.data.Preprocessing;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Program;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.profiles.HardwareProfile;

/** Options of evaluating a model in the arithmetic of a chip that need not be there. */
final class ChipOptions {
    @Option(names = "--as", paramLabel = "P",
            description = "Quantize a float MODEL by the rules and the rounding of this profile's chip, and run that on"
            + " --on: the chip's accuracy at this host's speed. Takes --calibrate.")
    private String chip;
    @Option(names = "--calibrate", paramLabel = "DATA", description = "Calibration samples for --as.")
    private Path calibration;

    /** Whether the arithmetic of a chip is asked for. */
    boolean given() {
        if (chip == null && calibration != null) {
            throw Verb.conflict("--calibrate belongs to --as");
        }
        return chip != null;
    }

    /** The model quantized for the chip, as a program for where it is to run; an integer model keeps its own rounding. */
    Program open(Verb verb, Quantwright driver, Path file, ProgramOptions where, Optional<Preprocessing> stated, Bars bars)
            throws FormatException {
        if (Files.isDirectory(file)) {
            throw Verb.conflict("--as quantizes a MODEL; " + file + " is compiled already");
        }
        HardwareProfile profile = driver.profiles().find(chip);
        Model model = where.load(verb, driver, file);
        if (model.isQuantized() && calibration != null) {
            throw Verb.conflict(file + " is quantized already and brings its own rounding; leave --calibrate out");
        }
        if (!model.isQuantized()) {
            if (calibration == null) {
                throw Verb.conflict("--as quantizes " + file + ": give --calibrate DATA");
            }
            ModelFeed feed = DataOptions.feed(calibration, model.input(), stated, Optional.empty());
            model = model.quantize(feed, new QuantizeOptions().options(profile), where.host(driver, profile), verb.sink(),
                    bars);
        }
        return where.open(verb, driver, model, profile, bars);
    }
}
