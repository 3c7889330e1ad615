package quantwright.compiler.data;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import javax.imageio.ImageIO;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.diag.FileFault;

/**
 * PNG and JPEG images as u8 samples [height, width, channels], decoded when read, as the pixels lie in the file (an
 * orientation tag is not followed). Labels come from the folder an image is in (its number where every folder is a
 * number, else its place in alphabetical order), or from a file {@code labels.txt} beside them with a line
 * {@code NAME LABEL} for each image. Images are ordered by path.
 */
public final class ImageFolder implements DataSet {
    /** The file that labels images beside it. */
    static final String LABELS = "labels.txt";
    private static final int MAX_IMAGES = 10_000_000;
    /** An image may have this many pixels whatever its file's size, and so many more per byte of it. */
    private static final long FREE_PIXELS = 1L << 22;
    private static final long PIXELS_PER_BYTE = 128;
    private static final long MAX_PIXELS = 1L << 27;

    private final String name;
    private final ImageForm form;
    private final List<Path> images;
    private final int[] labels;

    private ImageFolder(String name, ImageForm form, List<Path> images, int[] labels) {
        this.name = name;
        this.form = form;
        this.images = images;
        this.labels = labels;
    }

    /**
     * Lists a folder's images; none is decoded yet.
     *
     * @param folder the folder
     * @param form what each image is brought to
     * @return the data set
     * @throws FormatException if there are no images, or a label file that does not fit them
     */
    public static ImageFolder open(Path folder, ImageForm form) throws FormatException {
        var name = folder.toString();
        try {
            var direct = imagesIn(folder);
            var classes = new ArrayList<Path>();
            try (var entries = Files.list(folder)) {
                entries.filter(Files::isDirectory).sorted().forEach(classes::add);
            }
            if (!direct.isEmpty() && Files.exists(folder.resolve(LABELS))) {
                return new ImageFolder(name, form, direct, listedLabels(folder, direct));
            }
            if (!direct.isEmpty()) {
                return new ImageFolder(name, form, direct, null);
            }
            var images = new ArrayList<Path>();
            var labels = new ArrayList<Integer>();
            boolean numbered = classes.stream().allMatch(c -> c.getFileName().toString().matches("[0-9]{1,9}"));
            for (int i = 0; i < classes.size(); i++) {
                int label = numbered ? Integer.parseInt(classes.get(i).getFileName().toString()) : i;
                for (var image : imagesIn(classes.get(i))) {
                    images.add(image);
                    labels.add(label);
                }
            }
            if (images.isEmpty()) {
                throw new FormatException(DataDiagnostic.EMPTY, name, "", "holds no .png, .jpg or .jpeg images");
            }
            return new ImageFolder(name, form, List.copyOf(images),
                labels.stream().mapToInt(Integer::intValue).toArray());
        } catch (IOException e) {
            throw new FormatException(DataDiagnostic.UNREADABLE_FILE, name, "", FileFault.reason(e));
        }
    }

    private static List<Path> imagesIn(Path folder) throws IOException {
        try (var entries = Files.list(folder)) {
            return entries.filter(ImageFolder::isImage).filter(Files::isRegularFile).sorted().limit(MAX_IMAGES)
                .toList();
        }
    }

    private static boolean isImage(Path path) {
        var file = path.getFileName().toString().toLowerCase(Locale.ROOT);
        return file.endsWith(".png") || file.endsWith(".jpg") || file.endsWith(".jpeg");
    }

    private static int[] listedLabels(Path folder, List<Path> images) throws IOException, FormatException {
        var file = folder.resolve(LABELS).toString();
        Map<String, Integer> byName = new HashMap<>();
        int number = 0;
        for (var line : Files.readAllLines(folder.resolve(LABELS))) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            int gap = line.stripTrailing().lastIndexOf(' ');
            try {
                byName.put(line.substring(0, Math.max(0, gap)).strip(),
                    Integer.parseInt(line.substring(gap + 1).strip()));
            } catch (NumberFormatException e) {
                throw new FormatException(DataDiagnostic.BAD_LABELS, file, "line " + number,
                    "is not an image's name and a number");
            }
        }
        var labels = new int[images.size()];
        for (int i = 0; i < labels.length; i++) {
            var label = byName.get(images.get(i).getFileName().toString());
            if (label == null) {
                throw new FormatException(DataDiagnostic.BAD_LABELS, file, "",
                    "has no line for " + images.get(i).getFileName());
            }
            labels[i] = label;
        }
        return labels;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long size() {
        return images.size();
    }

    @Override
    public long[] sampleShape() {
        return new long[] {form.height(), form.width(), form.channels()};
    }

    @Override
    public NumericType type() {
        return NumericType.U8;
    }

    @Override
    public boolean labelled() {
        return labels != null;
    }

    @Override
    public long label(long sample) {
        if (labels == null) {
            throw new IllegalStateException(name + " has no labels");
        }
        return labels[(int) Objects.checkIndex(sample, size())];
    }

    @Override
    public void read(long first, int count, MemorySegment into) throws FormatException {
        Objects.checkFromIndexSize(first, count, size());
        for (int i = 0; i < count; i++) {
            var pixels = decode(images.get((int) (first + i)));
            MemorySegment.copy(MemorySegment.ofArray(pixels), 0, into, i * sampleBytes(), pixels.length);
        }
    }

    /** The extents are looked at before the pixels, so that a small file cannot ask for a huge image. */
    private byte[] decode(Path path) throws FormatException {
        var file = path.toString();
        try (var in = ImageIO.createImageInputStream(path.toFile())) {
            var readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, "", "is not a PNG or JPEG image");
            }
            var reader = readers.next();
            try {
                reader.setInput(in, true, true);
                long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
                if (pixels > MAX_PIXELS || pixels > FREE_PIXELS + PIXELS_PER_BYTE * Files.size(path)) {
                    throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, "",
                        "claims " + reader.getWidth(0) + "x" + reader.getHeight(0)
                            + " pixels, more than a file of this size is trusted with");
                }
                return ImageScaler.scale(reader.read(0), form);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) {
            // Readers of the platform answer damaged files with whatever their parsing runs into.
            throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, "", "cannot be decoded: " + e.getMessage());
        }
    }
}
