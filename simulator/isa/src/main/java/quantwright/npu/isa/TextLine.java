package quantwright.npu.isa;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import quantwright.npu.isa.ProgramFormatException.Kind;

/** One line of the text form, split into words and quoted names. */
final class TextLine {
    private static final int MAX_LENGTH = 1 << 16;

    private final int number;
    private final List<Token> tokens;

    /** A word, or a name without its quotes. */
    record Token(String text, boolean quoted, int column) {
        boolean is(String word) {
            return !quoted && text.equals(word);
        }
    }

    private TextLine(int number, List<Token> tokens) {
        this.number = number;
        this.tokens = tokens;
    }

    /** Splits characters {@code [start, end)}; null if they are blank or a comment. */
    static TextLine of(String text, int start, int end, int number) throws ProgramFormatException {
        if (end - start > MAX_LENGTH) {
            throw ProgramFormatException.atLine(Kind.VALUE, number, 1, "a line is limited to " + MAX_LENGTH
                + " characters");
        }
        List<Token> tokens = new ArrayList<>();
        int i = start;
        while (i < end && text.charAt(i) != '#') {
            char c = text.charAt(i);
            if (c == ' ' || c == '\t' || c == '\r') {
                i++;
                continue;
            }
            int from = i;
            if (c == '"') {
                var name = new StringBuilder();
                i = quoted(text, i + 1, end, name, number, from - start + 1);
                tokens.add(new Token(name.toString(), true, from - start + 1));
            } else {
                while (i < end && " \t\r#\"".indexOf(text.charAt(i)) < 0) {
                    i++;
                }
                tokens.add(new Token(text.substring(from, i), false, from - start + 1));
            }
        }
        return tokens.isEmpty() ? null : new TextLine(number, tokens);
    }

    private static int quoted(String text, int start, int end, StringBuilder out, int number, int column)
            throws ProgramFormatException {
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (c == '"') {
                return i + 1;
            }
            if (c == '\\') {
                i++;
                if (i == end || text.charAt(i) != '"' && text.charAt(i) != '\\') {
                    throw ProgramFormatException.atLine(Kind.SYNTAX, number, i - start + column + 1,
                        "only \\\" and \\\\ are escapes");
                }
                c = text.charAt(i);
            }
            out.append(c);
        }
        throw ProgramFormatException.atLine(Kind.SYNTAX, number, column, "the name's closing quote is missing");
    }

    Token first() {
        return tokens.getFirst();
    }

    Token token(int index) {
        return tokens.get(index);
    }

    ProgramFormatException error(Kind kind, Token at, String message) {
        return ProgramFormatException.atLine(kind, number, at.column, message);
    }

    void requireTokens(int count) throws ProgramFormatException {
        requireAtLeast(count);
        if (tokens.size() > count) {
            throw error(Kind.EXCESS, tokens.get(count), "nothing may follow '" + tokens.get(count - 1).text + "'");
        }
    }

    void requireAtLeast(int count) throws ProgramFormatException {
        if (tokens.size() < count) {
            throw error(Kind.SYNTAX, tokens.getLast(), "something is missing after '" + tokens.getLast().text + "'");
        }
    }

    String name(int index) throws ProgramFormatException {
        Token token = tokens.get(index);
        if (!token.quoted) {
            throw error(Kind.SYNTAX, token, "expected a name in quotes");
        }
        try {
            return Names.requireName(token.text);
        } catch (IllegalArgumentException e) {
            throw error(Kind.VALUE, token, e.getMessage());
        }
    }

    <E extends Enum<E>> E symbol(int index, Class<E> type) throws ProgramFormatException {
        Token token = tokens.get(index);
        for (E constant : type.getEnumConstants()) {
            if (token.is(Names.kebab(constant.name()))) {
                return constant;
            }
        }
        throw error(Kind.SYNTAX, token, "'" + token.text + "' is none of " + String.join(", ",
            Stream.of(type.getEnumConstants()).map(c -> Names.kebab(c.name())).toList()));
    }

    byte[] hex(int index) throws ProgramFormatException {
        try {
            return HexFormat.of().parseHex(tokens.get(index).text);
        } catch (IllegalArgumentException e) {
            throw error(Kind.SYNTAX, tokens.get(index), "expected pairs of hexadecimal digits");
        }
    }

    /** The record whose fields are the tokens from {@code from} on, {@code name=value}, each exactly once. */
    Object record(RecordFormat format, int from) throws ProgramFormatException {
        Map<String, Token> given = new HashMap<>();
        for (Token token : tokens.subList(from, tokens.size())) {
            int equals = token.quoted ? -1 : token.text.indexOf('=');
            if (equals < 1) {
                throw error(Kind.SYNTAX, token, "expected FIELD=VALUE, not '" + token.text + "'");
            }
            if (given.put(token.text.substring(0, equals), token) != null) {
                throw error(Kind.SYNTAX, token, "field " + token.text.substring(0, equals) + " stands twice");
            }
        }
        var values = new long[format.leaves().size()];
        for (int i = 0; i < values.length; i++) {
            RecordFormat.Leaf leaf = format.leaves().get(i);
            Token token = given.remove(leaf.name());
            if (token == null) {
                throw error(Kind.SYNTAX, tokens.getLast(), "field " + leaf.name() + " is missing");
            }
            values[i] = value(leaf, token);
        }
        if (!given.isEmpty()) {
            Token token = given.values().stream().min((a, b) -> Integer.compare(a.column, b.column)).orElseThrow();
            throw error(Kind.SYNTAX, token, "'" + first().text + "' has no field '"
                + token.text.substring(0, token.text.indexOf('=')) + "'");
        }
        try {
            return format.build(values);
        } catch (IllegalArgumentException e) {
            throw error(Kind.VALUE, first(), e.getMessage());
        }
    }

    private long value(RecordFormat.Leaf leaf, Token token) throws ProgramFormatException {
        String text = token.text.substring(leaf.name().length() + 1);
        if (!leaf.isNumber()) {
            int index = leaf.symbols().indexOf(text);
            if (index < 0) {
                throw error(Kind.VALUE, token, leaf.name() + " is none of " + String.join(", ", leaf.symbols()));
            }
            return index;
        }
        try {
            long value = text.startsWith("0x") ? Long.parseUnsignedLong(text, 2, text.length(), 16)
                : Long.parseLong(text);
            String complaint = leaf.complaint(value);
            if (complaint != null) {
                throw error(Kind.VALUE, token, complaint);
            }
            return value;
        } catch (NumberFormatException e) {
            throw error(Kind.VALUE, token, leaf.name() + " is no number of 64 bits: '" + text + "'");
        }
    }
}
