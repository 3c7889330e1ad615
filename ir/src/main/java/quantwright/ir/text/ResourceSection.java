package quantwright.ir.text;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.antlr.v4.runtime.Token;
import quantwright.ir.data.ConstantData;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.IrDiagnostic;
import quantwright.ir.loc.Location;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/**
 * The trailing section of a text with its large constants, by content hash: in base64, or by offset in a side file
 * that is mapped. Every blob is checked against its hash when it is first used.
 */
final class ResourceSection {
    private static final Pattern HEADER = Pattern.compile("resources\\s*+(\"[^\"\\\\]*+\")?\\s*+\\{\\s*+");
    private static final Pattern MAPPED = Pattern.compile("at (\\d{1,18}) size (\\d{1,18})");
    private static final int HASH_LENGTH = 64;

    private record Entry(String content, Location place) {
    }

    private final Map<String, Entry> entries = new HashMap<>();
    private final Map<String, MemorySegment> checked = new HashMap<>();
    private MemorySegment mapped;

    /** Offset of the section's first line in a text, or the text's length. */
    static int find(String text) {
        for (int at = text.startsWith("resources") ? 0 : next(text, 0); at >= 0; at = next(text, at)) {
            int end = text.indexOf('\n', at);
            if (HEADER.matcher(text.substring(at, end < 0 ? text.length() : end)).matches()) {
                return at;
            }
        }
        return text.length();
    }

    private static int next(String text, int from) {
        int at = text.indexOf("\nresources", from);
        return at < 0 ? -1 : at + 1;
    }

    /**
     * Reads the section, without looking at the blobs yet.
     *
     * @param text the whole text
     * @param from where the section starts
     * @param firstLine number of the section's first line
     * @param folder folder of the side file; null if there can be none
     */
    void read(String text, int from, int firstLine, String file, Path folder, DiagnosticSink sink) {
        if (from >= text.length()) {
            return;
        }
        int line = firstLine;
        int at = from;
        boolean closed = false;
        while (at < text.length()) {
            int end = text.indexOf('\n', at);
            end = end < 0 ? text.length() : end;
            Location place = new Location.InFile(file, line, 1);
            if (line == firstLine) {
                sideFile(text.substring(at, end), folder, place, sink);
            } else if (closed) {
                String rest = text.substring(at, end).strip();
                if (!rest.isEmpty() && !rest.startsWith("//")) {
                    sink.report(IrDiagnostic.BAD_RESOURCE, place, "text after the resources");
                    return;
                }
            } else if (end - at <= 2 && text.substring(at, end).strip().equals("}")) {
                closed = true;
            } else {
                entry(text, at, end, place, sink);
            }
            at = end + 1;
            line++;
        }
        if (!closed) {
            sink.report(IrDiagnostic.BAD_RESOURCE, new Location.InFile(file, line - 1, 1),
                    "the resources end without '}': the file is truncated");
        }
    }

    private void sideFile(String header, Path folder, Location place, DiagnosticSink sink) {
        Matcher m = HEADER.matcher(header);
        if (!m.matches() || m.group(1) == null) {
            return;
        }
        String name = m.group(1).substring(1, m.group(1).length() - 1);
        if (name.isEmpty() || name.contains("/") || name.contains("\\") || name.equals("..") || name.equals(".")
                || name.indexOf('\0') >= 0) {
            sink.report(IrDiagnostic.SIDE_FILE, place, "'" + Fault.excerpt(name) + "' is no plain file name");
            return;
        }
        if (folder == null) {
            sink.report(IrDiagnostic.SIDE_FILE, place, "a side file needs a text that is read from a file");
            return;
        }
        try {
            Path path = folder.resolve(name);
            if (!Files.isRegularFile(path)) {
                sink.report(IrDiagnostic.SIDE_FILE, place, "no file '" + name + "' beside the text");
                return;
            }
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
            }
            byte[] magic = Resources.MAGIC.getBytes(StandardCharsets.US_ASCII);
            if (mapped.byteSize() < magic.length
                    || MemorySegment.ofArray(magic).mismatch(mapped.asSlice(0, magic.length)) >= 0) {
                mapped = null;
                sink.report(IrDiagnostic.SIDE_FILE, place, "'" + name + "' does not start with 'qdata 1'");
            }
        } catch (IOException | java.nio.file.InvalidPathException e) {
            sink.report(IrDiagnostic.SIDE_FILE, place, "'" + name + "' cannot be read: " + e.getMessage());
        }
    }

    private void entry(String text, int from, int to, Location place, DiagnosticSink sink) {
        int at = from;
        while (at < to && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        if (at == to || text.startsWith("//", at)) {
            return;
        }
        int end = at + 1 + HASH_LENGTH;
        if (text.charAt(at) != '#' || end + 1 >= to || text.charAt(end) != ' ') {
            sink.report(IrDiagnostic.BAD_RESOURCE, place, "expected '#' and a hash of " + HASH_LENGTH
                    + " hexadecimal digits, found '" + Fault.excerpt(text.substring(at, Math.min(to, at + 70))) + "'");
            return;
        }
        String content = text.substring(end + 1, to).strip();
        if (entries.put(text.substring(at + 1, end), new Entry(content, place)) != null) {
            sink.report(IrDiagnostic.BAD_RESOURCE, place, "the resource is given twice");
        }
    }

    /** The bytes with the given hash, checked. */
    MemorySegment bytes(String hash, Token use) {
        MemorySegment known = checked.get(hash);
        if (known != null) {
            return known;
        }
        Entry entry = entries.get(hash);
        if (entry == null) {
            throw new Fault(IrDiagnostic.MISSING_RESOURCE, use, "no resource #" + Fault.excerpt(hash));
        }
        MemorySegment bytes = decode(entry, use);
        ConstantData raw = ConstantData.wrap(TensorType.of(ScalarType.U8, dims(bytes.byteSize())), bytes);
        if (!raw.hash().equals(hash)) {
            throw new Fault(IrDiagnostic.BAD_RESOURCE, use, "the bytes of the resource at " + entry.place()
                    + " do not have its hash");
        }
        checked.put(hash, bytes);
        return bytes;
    }

    /** A shape of so many elements; blobs over 2 GiB take a second dimension. */
    private static int[] dims(long size) {
        if (size <= Integer.MAX_VALUE) {
            return new int[] {(int) size};
        }
        int inner = 1;
        while (size % 2 == 0 && size > Integer.MAX_VALUE) {
            size /= 2;
            inner *= 2;
        }
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a blob of " + size + " bytes is too large");
        }
        return new int[] {(int) size, inner};
    }

    private MemorySegment decode(Entry entry, Token use) {
        String content = entry.content();
        if (content.length() >= 2 && content.startsWith("\"") && content.endsWith("\"")) {
            try {
                byte[] ascii = content.getBytes(StandardCharsets.ISO_8859_1);
                byte[] inner = java.util.Arrays.copyOfRange(ascii, 1, ascii.length - 1);
                return MemorySegment.ofArray(Base64.getDecoder().decode(inner)).asReadOnly();
            } catch (IllegalArgumentException e) {
                throw new Fault(IrDiagnostic.BAD_RESOURCE, use, "the resource at " + entry.place() + " is no base64: "
                        + Fault.excerpt(String.valueOf(e.getMessage())));
            }
        }
        Matcher m = MAPPED.matcher(content);
        if (!m.matches()) {
            throw new Fault(IrDiagnostic.BAD_RESOURCE, use, "the resource at " + entry.place()
                    + " is neither \"base64\" nor 'at OFFSET size BYTES'");
        }
        long offset = Long.parseLong(m.group(1));
        long size = Long.parseLong(m.group(2));
        if (mapped == null) {
            throw new Fault(IrDiagnostic.SIDE_FILE, use, "the resource at " + entry.place() + " needs a side file");
        }
        if (offset > mapped.byteSize() || size > mapped.byteSize() - offset) {
            throw new Fault(IrDiagnostic.BAD_RESOURCE, use, "the resource at " + entry.place() + " ends at byte "
                    + (offset + size) + " of a side file of " + mapped.byteSize() + ": it is truncated");
        }
        return mapped.asSlice(offset, size);
    }
}
