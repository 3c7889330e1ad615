package quantwright.ir.text;

import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.IntStream;
import org.antlr.v4.runtime.misc.Interval;

/**
 * The text as the lexer sees it. The grammar tells no characters beyond ASCII apart, and ANTLR caches transitions for
 * ASCII alone, so all others look like DEL to it; the text of tokens is the original.
 */
final class TextStream implements CharStream {
    private final String text;
    private final String name;
    private int at;

    TextStream(String text, String name) {
        this.text = text;
        this.name = name;
    }

    @Override
    public String getText(Interval interval) {
        return text.substring(Math.min(interval.a, text.length()), Math.min(interval.b + 1, text.length()));
    }

    @Override
    public void consume() {
        if (at >= text.length()) {
            throw new IllegalStateException("cannot consume the end");
        }
        at++;
    }

    @Override
    public int LA(int i) {
        int index = i > 0 ? at + i - 1 : at + i;
        if (i == 0 || index < 0 || index >= text.length()) {
            return i == 0 ? 0 : IntStream.EOF;
        }
        char c = text.charAt(index);
        return c < 128 ? c : 127;
    }

    @Override
    public int mark() {
        return -1;
    }

    @Override
    public void release(int marker) {
        // Every position stays reachable, so marks hold nothing.
    }

    @Override
    public int index() {
        return at;
    }

    @Override
    public void seek(int index) {
        at = Math.min(index, text.length());
    }

    @Override
    public int size() {
        return text.length();
    }

    @Override
    public String getSourceName() {
        return name;
    }
}
