package quantwright.compiler.data;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import quantwright.compiler.importer.FormatException;

/** Opens data sets of any form. */
public final class DataSets {
    private static final int MANIFEST_VERSION = 1;
    private static final Set<String> MANIFEST =
        Set.of("version", "data", "labels", "image_height", "image_width", "channels", "fit", "preprocessing");

    private DataSets() {
    }

    /**
     * Opens data by its name: {@code .npz} with {@code x} and perhaps {@code y}; {@code .npy}; an IDX file, its labels
     * beside it under the name with {@code labels} for {@code images} and {@code idx1} for {@code idx3}; a folder of
     * images; or a {@code .json} manifest that names one of these and adds the rest:
     * <pre>
     * {"version": 1, "data": "images", "labels": "labels.npy", "image_height": 224, "image_width": 224,
     *  "channels": 3, "fit": "crop", "preprocessing": {"layout": "CHW", "divide": 255}}
     * </pre>
     *
     * @param path file or folder
     * @param images form of images that a manifest does not state; usually the model's input
     * @return the data
     * @throws FormatException if it cannot be used, saying why
     */
    public static OpenedData open(Path path, Optional<ImageForm> images) throws FormatException {
        if (!Files.exists(path)) {
            throw new FormatException(DataDiagnostic.UNREADABLE_FILE, path.toString(), "", "no such file or folder");
        }
        return extension(path).equals(".json") ? manifest(path, images)
            : new OpenedData(plain(path, images), Optional.empty());
    }

    /**
     * Opens an {@code .npz} with samples {@code x} and, if labelled, labels {@code y}.
     *
     * @param path the archive
     * @return its data set
     * @throws FormatException if it is damaged or has no {@code x}
     */
    public static DataSet npz(Path path) throws FormatException {
        var arrays = NpzFile.read(path);
        var x = arrays.get("x");
        if (x == null) {
            throw new FormatException(DataDiagnostic.UNSUPPORTED_FORM, path.toString(), "",
                "has no array 'x'; it has " + arrays.keySet(), "save with numpy.savez(file, x=samples, y=labels)");
        }
        return new ArrayDataSet(path.toString(), x, Optional.ofNullable(arrays.get("y")));
    }

    private static DataSet plain(Path path, Optional<ImageForm> images) throws FormatException {
        if (Files.isDirectory(path)) {
            if (images.isEmpty()) {
                throw new FormatException(DataDiagnostic.WRONG_SHAPE, path.toString(), "",
                    "the size that images are brought to is not known", "state it in a manifest");
            }
            return ImageFolder.open(path, images.get());
        }
        if (extension(path).equals(".npz")) {
            return npz(path);
        }
        if (extension(path).equals(".npy") || IdxFile.isIdx(path)) {
            return new ArrayDataSet(path.toString(), array(path), labelsBeside(path));
        }
        throw new FormatException(DataDiagnostic.UNSUPPORTED_FORM, path.toString(), "", "is of no known data format",
            "give an .npz, .npy, IDX file, folder of images, or a .json manifest");
    }

    private static NumericArray array(Path path) throws FormatException {
        return extension(path).equals(".npy") ? NpyFile.read(path) : IdxFile.read(path);
    }

    private static Optional<NumericArray> labelsBeside(Path path) throws FormatException {
        var name = path.getFileName().toString();
        var labels = path.resolveSibling(name.replace("images", "labels").replace("idx3", "idx1"));
        return labels.equals(path) || !name.contains("images") || !Files.exists(labels) ? Optional.empty()
            : Optional.of(array(labels));
    }

    private static OpenedData manifest(Path path, Optional<ImageForm> images) throws FormatException {
        var json = JsonObject.read(path);
        json.allowOnly(MANIFEST);
        if (json.integer("version", 0) != MANIFEST_VERSION) {
            throw new FormatException(DataDiagnostic.UNSUPPORTED_VERSION, path.toString(), "version",
                "is not " + MANIFEST_VERSION, "this program reads manifests with \"version\": " + MANIFEST_VERSION);
        }
        var data = beside(path, json, "data");
        if (extension(data).equals(".json")) {
            throw json.fault("data", "names another manifest");
        }
        var set = plain(data, form(json, images));
        if (json.has("labels")) {
            set = new LabelledDataSet(set, array(beside(path, json, "labels")));
        }
        var steps = json.object("preprocessing");
        return new OpenedData(set, Optional.of(steps.isPresent() ? Preprocessing.of(steps.get())
            : Preprocessing.none()));
    }

    private static Optional<ImageForm> form(JsonObject json, Optional<ImageForm> otherwise) throws FormatException {
        int height = json.integer("image_height", otherwise.map(ImageForm::height).orElse(0));
        int width = json.integer("image_width", otherwise.map(ImageForm::width).orElse(0));
        int channels = json.integer("channels", otherwise.map(ImageForm::channels).orElse(3));
        var fit = json.string("fit", otherwise.map(f -> f.fit().name()).orElse("RESIZE")).toUpperCase(Locale.ROOT);
        if (!fit.equals("RESIZE") && !fit.equals("CROP")) {
            throw json.fault("fit", "is neither \"resize\" nor \"crop\"");
        }
        if (height == 0 && width == 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ImageForm(height, width, channels, ImageForm.Fit.valueOf(fit)));
        } catch (IllegalArgumentException e) {
            throw json.fault("image_height", "with image_width and channels: " + e.getMessage());
        }
    }

    private static Path beside(Path manifest, JsonObject json, String member) throws FormatException {
        try {
            var path = manifest.toAbsolutePath().resolveSibling(json.string(member));
            if (!Files.exists(path)) {
                throw json.fault(member, "names " + path + ", which is not there");
            }
            return path;
        } catch (InvalidPathException e) {
            throw json.fault(member, "is not a path");
        }
    }

    private static String extension(Path path) {
        var name = path.getFileName() == null ? "" : path.getFileName().toString().toLowerCase(Locale.ROOT);
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot);
    }
}
