package quantwright.ir.text;

/** Literals of the text form: floats that read back to the same bits, quoted strings. */
final class Literals {
    private static final int QUIET_NAN = 0x7fc00000;
    private static final long QUIET_NAN_64 = 0x7ff8000000000000L;

    private Literals() {
    }

    /** The shortest decimal that reads back to the same bits; {@code nan:0x...} keeps the payload of an unusual NaN. */
    static String text(float value) {
        if (Float.isNaN(value)) {
            int bits = Float.floatToRawIntBits(value);
            return bits == QUIET_NAN ? "nan" : "nan:0x" + Integer.toHexString(bits);
        }
        return Float.isInfinite(value) ? value > 0 ? "inf" : "-inf" : Float.toString(value);
    }

    /** As {@link #text(float)}. */
    static String text(double value) {
        if (Double.isNaN(value)) {
            long bits = Double.doubleToRawLongBits(value);
            return bits == QUIET_NAN_64 ? "nan" : "nan:0x" + Long.toHexString(bits);
        }
        return Double.isInfinite(value) ? value > 0 ? "inf" : "-inf" : Double.toString(value);
    }

    /**
     * Reads what {@link #text(float)} prints.
     *
     * @throws NumberFormatException if it is no number, or a finite decimal too large for the type
     */
    static float parseFloat(String text) {
        switch (text) {
            case "inf" -> {
                return Float.POSITIVE_INFINITY;
            }
            case "-inf" -> {
                return Float.NEGATIVE_INFINITY;
            }
            case "nan" -> {
                return Float.intBitsToFloat(QUIET_NAN);
            }
            default -> {
                if (text.startsWith("nan:0x")) {
                    float nan = Float.intBitsToFloat(Integer.parseUnsignedInt(text.substring(6), 16));
                    return requireNumber(Float.isNaN(nan), text, nan);
                }
                requireDecimal(text);
                float value = Float.parseFloat(text);
                return requireNumber(!Float.isInfinite(value), text, value);
            }
        }
    }

    /** As {@link #parseFloat}. */
    static double parseDouble(String text) {
        switch (text) {
            case "inf" -> {
                return Double.POSITIVE_INFINITY;
            }
            case "-inf" -> {
                return Double.NEGATIVE_INFINITY;
            }
            case "nan" -> {
                return Double.longBitsToDouble(QUIET_NAN_64);
            }
            default -> {
                if (text.startsWith("nan:0x")) {
                    double nan = Double.longBitsToDouble(Long.parseUnsignedLong(text.substring(6), 16));
                    if (!Double.isNaN(nan)) {
                        throw new NumberFormatException(text);
                    }
                    return nan;
                }
                requireDecimal(text);
                double value = Double.parseDouble(text);
                if (Double.isInfinite(value)) {
                    throw new NumberFormatException(text);
                }
                return value;
            }
        }
    }

    private static float requireNumber(boolean holds, String text, float value) {
        if (!holds) {
            throw new NumberFormatException(text);
        }
        return value;
    }

    /** Java also takes suffixes, hexadecimal floats and names, which the text form does not have. */
    private static void requireDecimal(String text) {
        for (int i = 0; i < text.length(); i++) {
            if ("0123456789.+-eE".indexOf(text.charAt(i)) < 0) {
                throw new NumberFormatException(text);
            }
        }
    }

    /** Quotes a string: printable characters as they are, others escaped. */
    static String quote(String s) {
        StringBuilder out = new StringBuilder(s.length() + 2).append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\r' -> out.append("\\r");
                default -> {
                    if (isPlain(s, i)) {
                        out.append(c);
                    } else {
                        out.append("\\u").append(String.format("%04x", (int) c));
                    }
                }
            }
        }
        return out.append('"').toString();
    }

    private static boolean isPlain(String s, int i) {
        char c = s.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 < s.length() && Character.isLowSurrogate(s.charAt(i + 1));
        }
        if (Character.isLowSurrogate(c)) {
            return i > 0 && Character.isHighSurrogate(s.charAt(i - 1));
        }
        return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && c != 0x2028 && c != 0x2029 && c != 0xfeff;
    }

    /**
     * Reads a quoted string.
     *
     * @throws NumberFormatException if an escape is malformed
     */
    static String unquote(String quoted) {
        if (quoted.indexOf('\\') < 0) {
            return quoted.substring(1, quoted.length() - 1);
        }
        StringBuilder out = new StringBuilder(quoted.length());
        for (int i = 1; i < quoted.length() - 1; i++) {
            char c = quoted.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char e = quoted.charAt(++i);
            switch (e) {
                case '"', '\\' -> out.append(e);
                case 'n' -> out.append('\n');
                case 't' -> out.append('\t');
                case 'r' -> out.append('\r');
                case 'u' -> {
                    if (i + 5 >= quoted.length()) {
                        throw new NumberFormatException("\\u needs four hexadecimal digits");
                    }
                    out.append((char) Integer.parseInt(quoted, i + 1, i + 5, 16));
                    i += 4;
                }
                default -> throw new NumberFormatException("unknown escape \\" + e);
            }
        }
        return out.toString();
    }
}
