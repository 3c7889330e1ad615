package quantwright.compiler.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

class DataSetsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void idxPairsAreReadWithTheLabelsBeside(boolean zipped) throws Exception {
        write("t10k-images-idx3-ubyte", zipped, idx(8, new int[] {2, 2, 2}, new byte[] {1, 2, 3, 4, 5, 6, 7, -1}));
        write("t10k-labels-idx1-ubyte", zipped, idx(8, new int[] {2}, new byte[] {7, 9}));
        var set = open("t10k-images-idx3-ubyte").set();
        assertEquals(2, set.size());
        assertArrayEquals(new long[] {2, 2}, set.sampleShape());
        assertEquals(9, set.label(1));
        var sample = new byte[4];
        set.read(1, 1, MemorySegment.ofArray(sample));
        assertArrayEquals(new byte[] {5, 6, 7, -1}, sample);
    }

    @Test
    void idxElementsAreTurnedToLittleEndian() throws Exception {
        write("f", false, idx(0x0d, new int[] {2}, ByteBuffer.allocate(8).putFloat(1.5f).putFloat(-3).array()));
        var array = IdxFile.read(folder.resolve("f"));
        assertEquals(1.5f, array.type().floatAt(array.data(), 0));
        assertEquals(-3f, array.type().floatAt(array.data(), 1));
    }

    @Test
    void damagedIdxFilesArePlainErrors() throws Exception {
        var good = idx(8, new int[] {2, 2}, new byte[4]);
        for (int size = 0; size < good.length; size++) {
            write("cut", false, Arrays.copyOf(good, size));
            var e = assertThrows(FormatException.class, () -> IdxFile.read(folder.resolve("cut")));
            assertEquals("QW-D0102", e.code().id());
        }
        write("huge", false, idx(8, new int[] {0x7fffffff, 0x7fffffff}, new byte[4]));
        assertTrue(assertThrows(FormatException.class, () -> IdxFile.read(folder.resolve("huge"))).getMessage()
            .contains("more than the file can hold"));
        write("long", false, idx(8, new int[] {1}, new byte[4]));
        assertTrue(assertThrows(FormatException.class, () -> IdxFile.read(folder.resolve("long"))).getMessage()
            .contains("after the array"));
        write("bomb", true, idx(8, new int[] {1 << 30}, new byte[1 << 20]));
        assertThrows(FormatException.class, () -> IdxFile.read(folder.resolve("bomb")));
    }

    @Test
    void imagesAreLabelledByTheirFolder() throws Exception {
        image("images/cat/b.png", 4, 4, 0xff0000);
        image("images/cat/a.png", 8, 2, 0x00ff00);
        image("images/ape/c.png", 4, 4, 0x0000ff);
        var set = ImageFolder.open(folder.resolve("images"), new ImageForm(2, 2, 3, ImageForm.Fit.RESIZE));
        assertEquals(3, set.size());
        assertEquals(0, set.label(0));
        assertEquals(1, set.label(1));
        assertArrayEquals(new byte[] {0, 0, -1, 0, 0, -1, 0, 0, -1, 0, 0, -1}, sample(set, 0));
        assertArrayEquals(new byte[] {0, -1, 0, 0, -1, 0, 0, -1, 0, 0, -1, 0}, sample(set, 1));
    }

    @Test
    void numberedFoldersAreTheClasses() throws Exception {
        image("n/7/a.png", 1, 1, 0);
        image("n/10/b.png", 1, 1, 0);
        var set = ImageFolder.open(folder.resolve("n"), new ImageForm(1, 1, 3, ImageForm.Fit.RESIZE));
        assertEquals(10, set.label(0));
        assertEquals(7, set.label(1));
    }

    @Test
    void labelsMayComeFromAFile() throws Exception {
        image("flat/a b.png", 1, 1, 0);
        image("flat/c.png", 1, 1, 0);
        var form = new ImageForm(1, 1, 1, ImageForm.Fit.RESIZE);
        assertFalse(ImageFolder.open(folder.resolve("flat"), form).labelled());
        Files.writeString(folder.resolve("flat/labels.txt"), "a b.png 3\nc.png 5\n");
        assertEquals(3, ImageFolder.open(folder.resolve("flat"), form).label(0));
        Files.writeString(folder.resolve("flat/labels.txt"), "a b.png 3\n");
        var e = assertThrows(FormatException.class, () -> ImageFolder.open(folder.resolve("flat"), form));
        assertEquals("QW-D0109", e.code().id());
        assertTrue(e.getMessage().contains("c.png"), e.getMessage());
        Files.writeString(folder.resolve("flat/labels.txt"), "a b.png three\n");
        assertTrue(assertThrows(FormatException.class, () -> ImageFolder.open(folder.resolve("flat"), form))
            .getMessage().contains("line 1"));
    }

    @Test
    void resizingIsATriangleFilterAndCroppingTakesTheCentre() {
        var ramp = new BufferedImage(4, 1, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < 4; x++) {
            ramp.setRGB(x, 0, 0x010101 * (x * 40));
        }
        // Twice as small: weights 3, 3, 1 (of 7) at the left edge of pixels 0, 1, 2.
        assertArrayEquals(new byte[] {(byte) Math.round((3 * 0 + 3 * 40 + 80) / 7.0),
            (byte) Math.round((40 + 3 * 80 + 3 * 120) / 7.0)},
            ImageScaler.scale(ramp, new ImageForm(1, 2, 1, ImageForm.Fit.RESIZE)));
        // Twice as large: a quarter and three quarters of the neighbours, edges repeated.
        assertArrayEquals(new byte[] {0, 10, 30, 50, 70, 90, 110, 120},
            ImageScaler.scale(ramp, new ImageForm(1, 8, 1, ImageForm.Fit.RESIZE)));
        assertArrayEquals(new byte[] {60}, ImageScaler.scale(ramp, new ImageForm(1, 1, 1, ImageForm.Fit.CROP)));
        // Same size: every byte as it is.
        assertArrayEquals(new byte[] {0, 40, 80, 120},
            ImageScaler.scale(ramp, new ImageForm(1, 4, 1, ImageForm.Fit.CROP)));
    }

    @Test
    void brokenImagesAreNamed() throws Exception {
        image("broken/0/a.png", 30, 30, 0x123456);
        var path = folder.resolve("broken/0/a.png");
        var good = Files.readAllBytes(path);
        var form = new ImageForm(2, 2, 3, ImageForm.Fit.RESIZE);
        var random = new Random(6);
        for (int round = 0; round < 200; round++) {
            var bytes = round % 2 == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
            if (round % 2 != 0) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Files.write(path, bytes);
            try {
                sample(ImageFolder.open(folder.resolve("broken"), form), 0);
            } catch (FormatException e) {
                assertTrue(e.getMessage().contains("a.png"), e.getMessage());
            }
        }
        // Width and height of the header, then a file of a few hundred bytes cannot ask for 100 gigapixels.
        var huge = good.clone();
        ByteBuffer.wrap(huge).putInt(16, 400_000).putInt(20, 400_000);
        Files.write(path, huge);
        assertThrows(FormatException.class, () -> sample(ImageFolder.open(folder.resolve("broken"), form), 0));
    }

    @Test
    void aManifestAddsWhatTheDataDoesNotSay() throws Exception {
        image("set/a.png", 2, 2, 0x336699);
        NpyFile.write(folder.resolve("labels.npy"),
            new NumericArray(NumericType.U8, new long[] {1}, MemorySegment.ofArray(new byte[] {4})));
        Files.writeString(folder.resolve("m.json"), """
            {"version": 1, "data": "set", "labels": "labels.npy", "image_height": 1, "image_width": 2, "fit": "resize",
             "preprocessing": {"layout": "CHW", "colour": "BGR", "divide": 51, "mean": [1, 0, 0], "std": [2, 1, 1],
                               "label_offset": 1}}
            """);
        var feed = open("m.json").feed(TensorType.of(ScalarType.F32, 1, 3, 1, 2));
        assertEquals(5, feed.label(0));
        assertArrayEquals(new float[] {1, 1, 2, 2, 1, 1}, feed.inputs(0).getFirst().floats());
        var e = assertThrows(FormatException.class, () -> open("m.json").feed(TensorType.of(ScalarType.F32, 1, 2, 2, 3)));
        assertEquals("QW-D0107", e.code().id());
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', value = {
        "{\"data\": \"x.npy\"}; version",
        "{\"version\": 2, \"data\": \"x.npy\"}; version",
        "{\"version\": 1}; data",
        "{\"version\": 1, \"data\": \"absent.npy\"}; absent.npy",
        "{\"version\": 1, \"data\": \"x.npy\", \"shuffle\": 1}; shuffle",
        "{\"version\": 1, \"data\": \"x.npy\", \"preprocessing\": {\"divide\": 0}}; divide",
        "{\"version\": 1, \"data\": \"x.npy\", \"preprocessing\": {\"std\": [1, 0]}}; std",
        "{\"version\": 1, \"data\": \"x.npy\", \"preprocessing\": {\"mean\": \"high\"}}; mean",
        "{\"version\": 1, \"data\": \"x.npy\", \"preprocessing\": {\"layout\": \"NHWC\"}}; layout",
        "{\"version\": 1, \"data\": \"x.npy\", \"data\": \"x.npy\"}; data",
        "{\"version\": 1, \"data\": \"bad.json\"}; manifest",
        "[1]; object",
        "{\"version\": ; line 1",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]; object"})
    void badManifestsAreNamed(String json, String words) throws Exception {
        NpyFile.write(folder.resolve("x.npy"),
            new NumericArray(NumericType.U8, new long[] {2, 2}, MemorySegment.ofArray(new byte[4])));
        Files.writeString(folder.resolve("bad.json"), json);
        var e = assertThrows(FormatException.class, () -> open("bad.json"));
        assertTrue(e.getMessage().contains("bad.json") && e.getMessage().contains(words), e.getMessage());
    }

    @Test
    void whatIsNoDataIsRefused() throws Exception {
        Files.writeString(folder.resolve("notes.txt"), "hello");
        assertEquals("QW-D0104", assertThrows(FormatException.class, () -> open("notes.txt")).code().id());
        assertEquals("QW-D0101", assertThrows(FormatException.class, () -> open("absent")).code().id());
        Files.createDirectory(folder.resolve("nothing"));
        assertEquals("QW-D0107", assertThrows(FormatException.class, () -> open("nothing")).code().id());
        var form = Optional.of(new ImageForm(1, 1, 3, ImageForm.Fit.RESIZE));
        assertEquals("QW-D0106", assertThrows(FormatException.class,
            () -> DataSets.open(folder.resolve("nothing"), form)).code().id());
    }

    private OpenedData open(String name) throws FormatException {
        return DataSets.open(folder.resolve(name), Optional.empty());
    }

    private static byte[] sample(DataSet set, long index) throws FormatException {
        var bytes = new byte[(int) set.sampleBytes()];
        set.read(index, 1, MemorySegment.ofArray(bytes));
        return bytes;
    }

    private void write(String name, boolean zipped, byte[] bytes) throws IOException {
        try (var out = Files.newOutputStream(folder.resolve(name));
             var zip = zipped ? new GZIPOutputStream(out) : out) {
            zip.write(bytes);
        }
    }

    private static byte[] idx(int type, int[] shape, byte[] data) {
        var out = ByteBuffer.allocate(4 + 4 * shape.length + data.length).put((byte) 0).put((byte) 0).put((byte) type)
            .put((byte) shape.length);
        for (int extent : shape) {
            out.putInt(extent);
        }
        return out.put(data).array();
    }

    private void image(String name, int width, int height, int rgb) throws IOException {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, rgb);
        }
        Files.createDirectories(folder.resolve(name).getParent());
        assertTrue(ImageIO.write(image, "png", folder.resolve(name).toFile()));
    }
}
