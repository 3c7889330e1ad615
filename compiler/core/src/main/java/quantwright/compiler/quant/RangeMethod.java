package quantwright.compiler.quant;

import java.util.Locale;

/** How the range of an activation is chosen from its histogram. */
public enum RangeMethod {
    /** From the least to the greatest element seen. */
    MIN_MAX,
    /** Cuts off a small share of elements at each end. */
    PERCENTILE,
    /** Least Kullback-Leibler divergence between the distribution and its quantized form. */
    ENTROPY,
    /** Least expected squared quantization error. */
    MSE;

    /** Name on the command line. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
