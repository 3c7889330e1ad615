package quantwright.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;
import quantwright.compiler.data.DataSets;
import quantwright.compiler.data.ImageForm;
import quantwright.compiler.data.JsonObject;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.data.OpenedData;
import quantwright.compiler.data.Preprocessing;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.type.TensorType;

/** Options of verbs that read a data set. */
final class DataOptions {
    @Option(names = "--preprocess", paramLabel = "JSON",
            description = "From stored samples to the model's input, such as"
            + " '{\"layout\": \"CHW\", \"divide\": 255}'."
            + " Members: layout, stored_colour, colour, offset, multiply, divide,"
            + " mean, std, quantize, label_offset. A JSON manifest given as DATA may state it instead.")
    private String preprocess;

    /** What the command line says; empty if it says nothing. */
    Optional<Preprocessing> stated() throws FormatException {
        return parse(preprocess, "--preprocess");
    }

    static Optional<Preprocessing> parse(String json, String option) throws FormatException {
        return json == null ? Optional.empty() : Optional.of(Preprocessing.of(JsonObject.parse(json, option)));
    }

    /**
     * A data set with what is to be done to its samples: as stated, else as its manifest says, else {@code
     * otherwise}.
     */
    static OpenedData open(Path data, TensorType input, Optional<Preprocessing> stated,
            Optional<Preprocessing> otherwise)
            throws FormatException {
        OpenedData opened = DataSets.open(data, images(input));
        return new OpenedData(opened.set(), stated.or(opened::preprocessing).or(() -> otherwise));
    }

    /** As {@link #open}, bound to a model's input. */
    static ModelFeed feed(Path data, TensorType input, Optional<Preprocessing> stated,
            Optional<Preprocessing> otherwise)
            throws FormatException {
        return open(data, input, stated, otherwise).feed(input);
    }

    /** The form of images that a model's input suggests: [N,H,W,C], or [N,C,H,W] where that fits alone. */
    private static Optional<ImageForm> images(TensorType input) {
        if (input.rank() != 4) {
            return Optional.empty();
        }
        boolean last = isChannels(input.dim(3));
        if (!last && !isChannels(input.dim(1))) {
            return Optional.empty();
        }
        return Optional.of(last ? new ImageForm(input.dim(1), input.dim(2), input.dim(3), ImageForm.Fit.RESIZE)
                : new ImageForm(input.dim(2), input.dim(3), input.dim(1), ImageForm.Fit.RESIZE));
    }

    private static boolean isChannels(int extent) {
        return extent == 1 || extent == 3;
    }
}
