package quantwright.cli;

import java.util.Locale;

/** Numbers for people. */
final class Text {
    private Text() {
    }

    static String bytes(long bytes) {
        return bytes < 10_240 ? bytes + " B" : bytes < 10L << 20 ? (bytes + 512) / 1024 + " KiB"
                : String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }

    static String nanos(double nanos) {
        return nanos < 1e6 ? String.format(Locale.ROOT, "%.2f us", nanos / 1e3)
                : String.format(Locale.ROOT, "%.3f ms", nanos / 1e6);
    }

    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
