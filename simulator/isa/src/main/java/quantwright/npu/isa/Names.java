package quantwright.npu.isa;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Spelling of names in the text form. */
final class Names {
    private static final int MAX_LENGTH = 1024;

    private Names() {
    }

    /** {@code DMA_IN} to {@code dma-in}, {@code rowPitch} to {@code row-pitch}. */
    static String kebab(String name) {
        if (name.equals(name.toUpperCase(Locale.ROOT))) {
            return name.toLowerCase(Locale.ROOT).replace('_', '-');
        }
        var out = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (Character.isUpperCase(c)) {
                out.append('-');
            }
            out.append(Character.toLowerCase(c));
        }
        return out.toString();
    }

    /**
     * Checks the name of a program, a segment or a layer: 1 to 1024 characters, no control characters, encodable.
     *
     * @throws IllegalArgumentException if it is not
     */
    static String requireName(String name) {
        boolean bad = name.isEmpty() || name.length() > MAX_LENGTH
            || name.chars().anyMatch(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029)
            || !StandardCharsets.UTF_8.newEncoder().canEncode(name);
        if (bad) {
            throw new IllegalArgumentException("a name has 1 to " + MAX_LENGTH
                + " characters, none of them a control character or half of a pair");
        }
        return name;
    }
}
