package quantwright.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The built-in model and its data as files. */
record Demo(Path model, Path calibration, Path test) {
    static final String PREPROCESSING = "{\"layout\": \"CHW\", \"divide\": 255}";

    static Demo in(Path folder) throws IOException {
        return new Demo(copy(folder, "glyphs.onnx"), copy(folder, "glyphs-calibration.npz"), copy(folder,
                "glyphs-test.npz"));
    }

    private static Path copy(Path folder, String name) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream in = Main.class.getResourceAsStream(name)) {
            Files.copy(in, file);
        }
        return file;
    }
}
