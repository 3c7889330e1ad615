package quantwright.compiler.driver;

import java.util.Locale;

/** The steps of a compilation, in order. Each one's result can be printed, and compilation can stop after any. */
public enum Phase {
    /** Model file to graph. */
    IMPORT("model file to graph"),
    /** Folding, fusion and one axis order. */
    NORMALIZE("folding, fusion and one axis order"),
    /** Float graph and calibration data to integer graph. */
    QUANTIZE("float graph and calibration data to integer graph"),
    /** Integer graph to fused regions with layouts. */
    TILE("fused regions, layouts and memory plan for the profile"),
    /** Kernels to machine code. */
    EMIT("kernels to code and artifact");

    private final String summary;

    Phase(String summary) {
        this.summary = summary;
    }

    /** One line for people. */
    public String summary() {
        return summary;
    }

    /** Name on the command line. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
