package quantwright.compiler.data;

import java.util.ArrayList;
import java.util.List;
import quantwright.compiler.importer.FormatException;

/** Reads the Python dictionary literal of a {@code .npy} header: three known keys, nothing else. */
final class NpyHeaderParser {
    private static final int MAX_RANK = 32;

    private final String text;
    private final String file;
    private final String member;
    private int at;

    NpyHeaderParser(String text, String file, String member) {
        this.text = text;
        this.file = file;
        this.member = member;
    }

    /** The three entries, checked; {@code bytes} is the array's size. */
    record Fields(NumericType type, long[] shape, long bytes) {
    }

    Fields parse() throws FormatException {
        NumericType type = null;
        List<Long> shape = null;
        boolean ordered = false;
        expect('{');
        while (!accept('}')) {
            var key = string();
            expect(':');
            switch (key) {
                case "descr" -> type = type();
                case "fortran_order" -> {
                    order();
                    ordered = true;
                }
                case "shape" -> shape = shape();
                default -> throw fail("header key '" + key + "' is not known", "");
            }
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        if (type == null || shape == null || !ordered) {
            throw fail("header lacks one of descr, fortran_order, shape", "");
        }
        long bytes = type.bytes();
        for (long extent : shape) {
            try {
                bytes = Math.multiplyExact(bytes, extent);
            } catch (ArithmeticException e) {
                throw fail("shape " + shape + " overflows", "");
            }
        }
        return new Fields(type, shape.stream().mapToLong(Long::longValue).toArray(), bytes);
    }

    private NumericType type() throws FormatException {
        skipBlanks();
        if (at < text.length() && text.charAt(at) == '[') {
            throw fail("structured arrays are not numeric data", "save a plain numeric array");
        }
        var descr = string();
        var type = NumericType.ofDescr(descr);
        if (type.isEmpty()) {
            boolean big = descr.startsWith(">");
            throw fail("element type '" + descr + "' is not " + (big ? "little-endian" : "a numeric type we read"),
                big ? "save it as array.astype(array.dtype.newbyteorder('<'))"
                    : "use integers up to 64 bits or floats");
        }
        return type.get();
    }

    private void order() throws FormatException {
        skipBlanks();
        if (text.startsWith("False", at)) {
            at += 5;
        } else if (text.startsWith("True", at)) {
            throw fail("the array is in Fortran order", "save numpy.ascontiguousarray(array)");
        } else {
            throw fail("fortran_order is neither True nor False", "");
        }
    }

    private List<Long> shape() throws FormatException {
        var extents = new ArrayList<Long>();
        expect('(');
        while (!accept(')')) {
            if (extents.size() == MAX_RANK) {
                throw fail("more than " + MAX_RANK + " dimensions", "");
            }
            extents.add(integer());
            if (!accept(',')) {
                expect(')');
                break;
            }
        }
        return extents;
    }

    private long integer() throws FormatException {
        skipBlanks();
        int start = at;
        while (at < text.length() && Character.digit(text.charAt(at), 10) >= 0) {
            at++;
        }
        // Python 2 wrote long extents as 3L.
        var digits = text.substring(start, at);
        if (at < text.length() && text.charAt(at) == 'L') {
            at++;
        }
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw fail("a dimension is not a number of 63 bits", "");
        }
    }

    private String string() throws FormatException {
        skipBlanks();
        if (at < text.length() && (text.charAt(at) == '\'' || text.charAt(at) == '"')) {
            int end = text.indexOf(text.charAt(at), at + 1);
            if (end > 0) {
                var value = text.substring(at + 1, end);
                at = end + 1;
                return value;
            }
        }
        throw fail("expected a quoted name", "");
    }

    private boolean accept(char c) {
        skipBlanks();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char c) throws FormatException {
        if (!accept(c)) {
            throw fail("expected '" + c + "'", "");
        }
    }

    private void skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private FormatException fail(String reason, String hint) {
        var place = (member.isEmpty() ? "" : member + ", ") + "header character " + at;
        var code = hint.isEmpty() ? DataDiagnostic.CORRUPT_FILE : DataDiagnostic.UNSUPPORTED_FORM;
        return new FormatException(code, file, place, reason, hint);
    }
}
