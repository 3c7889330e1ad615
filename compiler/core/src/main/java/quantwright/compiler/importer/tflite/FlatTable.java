package quantwright.compiler.importer.tflite;

import com.google.flatbuffers.Table;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import quantwright.compiler.importer.FormatException;

/**
 * A flatbuffer table whose every read is checked against the file: the table, its vtable, each field, vector and string
 * lie inside. Offsets may point anywhere, so that a small file could stand for a huge tree of shared parts; a budget of
 * elements read, in proportion to the file, ends that.
 */
final class FlatTable extends Table {
    /** What all tables of one file share. */
    static final class Source {
        private final ByteBuffer bytes;
        private final String file;
        private long budget;

        Source(ByteBuffer bytes, String file) {
            this.bytes = bytes;
            this.file = file;
            // Well-formed writers share vtables and a few strings only: four times the file is generous.
            budget = 4L * bytes.limit() + (1 << 16);
        }

        FormatException fail(String place, String reason) {
            return new FormatException(file, place, reason, "the file is damaged or not a TensorFlow Lite model");
        }

        private void spend(String place, long elements) throws FormatException {
            budget -= elements;
            if (budget < 0) {
                throw fail(place, "its parts overlap so that it would unfold to many times the file's size");
            }
        }
    }

    private static final int VTABLE_HEADER = 4;
    /** What one decoded table costs of the budget, about its size on the heap over four. */
    private static final int TABLE_COST = 64;

    private final Source source;
    private final String place;
    private final int objectSize;

    private FlatTable(Source source, String place, long position) throws FormatException {
        this.source = source;
        this.place = place;
        int size = source.bytes.limit();
        if (position < 0 || position + 4 > size) {
            throw source.fail(place, "table at byte " + position + " lies outside the file");
        }
        source.spend(place, TABLE_COST);
        int start = (int) position;
        long vtable = position - source.bytes.getInt(start);
        if (vtable < 0 || vtable + VTABLE_HEADER > size) {
            throw source.fail(place, "vtable at byte " + vtable + " lies outside the file");
        }
        int vtableSize = source.bytes.getShort((int) vtable);
        objectSize = Short.toUnsignedInt(source.bytes.getShort((int) vtable + 2));
        if (vtableSize < VTABLE_HEADER || vtableSize % 2 != 0 || vtable + vtableSize > size
            || position + objectSize > size) {
            throw source.fail(place, "table at byte " + position + " has a damaged vtable");
        }
        __reset(start, source.bytes);
    }

    /** The root table of a file. */
    static FlatTable root(Source source, String place) throws FormatException {
        if (source.bytes.limit() < 8) {
            throw source.fail("", "is too short: " + source.bytes.limit() + " bytes");
        }
        return new FlatTable(source, place, Integer.toUnsignedLong(source.bytes.getInt(0)));
    }

    String place() {
        return place;
    }

    FormatException fail(String reason) {
        return source.fail(place, reason);
    }

    boolean has(int field) throws FormatException {
        return position(field, 1) != 0;
    }

    boolean bool(int field) throws FormatException {
        return int8(field, 0) != 0;
    }

    int int8(int field, int otherwise) throws FormatException {
        int at = position(field, 1);
        return at == 0 ? otherwise : bb.get(at);
    }

    int int32(int field, int otherwise) throws FormatException {
        int at = position(field, 4);
        return at == 0 ? otherwise : bb.getInt(at);
    }

    long uint32(int field) throws FormatException {
        return Integer.toUnsignedLong(int32(field, 0));
    }

    long int64(int field) throws FormatException {
        int at = position(field, 8);
        return at == 0 ? 0 : bb.getLong(at);
    }

    float float32(int field) throws FormatException {
        int at = position(field, 4);
        return at == 0 ? 0 : bb.getFloat(at);
    }

    /** A string; empty when absent. Malformed UTF-8 is replaced, not refused: names are labels. */
    String string(int field) throws FormatException {
        var range = vector(field, 1);
        var bytes = new byte[range.count()];
        source.spend(place, bytes.length);
        bb.get(range.start(), bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** A table field. */
    Optional<FlatTable> table(int field, String what) throws FormatException {
        int at = position(field, 4);
        return at == 0 ? Optional.empty() : Optional.of(new FlatTable(source, join(what), target(at)));
    }

    /** A vector of tables; empty when absent. */
    List<FlatTable> tables(int field, String what) throws FormatException {
        var range = vector(field, 4);
        source.spend(place, 4L * range.count());
        var tables = new ArrayList<FlatTable>(range.count());
        for (int i = 0; i < range.count(); i++) {
            tables.add(new FlatTable(source, join(what + " " + i), target(range.start() + 4 * i)));
        }
        return tables;
    }

    int[] int32s(int field) throws FormatException {
        var range = vector(field, 4);
        source.spend(place, 4L * range.count());
        var values = new int[range.count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = bb.getInt(range.start() + 4 * i);
        }
        return values;
    }

    long[] int64s(int field) throws FormatException {
        var range = vector(field, 8);
        source.spend(place, 8L * range.count());
        var values = new long[range.count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = bb.getLong(range.start() + 8 * i);
        }
        return values;
    }

    float[] float32s(int field) throws FormatException {
        var range = vector(field, 4);
        source.spend(place, 4L * range.count());
        var values = new float[range.count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = bb.getFloat(range.start() + 4 * i);
        }
        return values;
    }

    /** Where the elements of a vector lie in the file. */
    record Range(int start, int count) {
    }

    /** The elements of a vector field, inside the file; no elements when the field is absent. */
    Range vector(int field, int elementBytes) throws FormatException {
        int at = position(field, 4);
        if (at == 0) {
            return new Range(0, 0);
        }
        long start = target(at);
        if (start + 4 > bb.limit()) {
            throw fail("field " + field + ": vector at byte " + start + " lies outside the file");
        }
        long count = Integer.toUnsignedLong(bb.getInt((int) start));
        if (count > (bb.limit() - start - 4) / elementBytes) {
            throw fail("field " + field + ": vector of " + count + " elements at byte " + start
                + " reaches past the end of the file");
        }
        return new Range((int) start + 4, (int) count);
    }

    private String join(String what) {
        return place.isEmpty() ? what : place + ", " + what;
    }

    /** Absolute position of a field's own bytes; 0 when the field is absent. */
    private int position(int field, int width) throws FormatException {
        int offset = __offset(VTABLE_HEADER + 2 * field);
        if (offset == 0) {
            return 0;
        }
        if (offset < 4 || offset + width > objectSize) {
            throw fail("field " + field + " lies outside its table");
        }
        return bb_pos + offset;
    }

    private long target(int at) {
        return at + Integer.toUnsignedLong(bb.getInt(at));
    }
}
