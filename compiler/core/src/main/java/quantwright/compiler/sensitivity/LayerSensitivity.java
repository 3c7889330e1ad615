package quantwright.compiler.sensitivity;

/**
 * What one layer costs at one precision, against the float model. Divergences are mean Kullback-Leibler divergences of the
 * model's outputs from the float model's, in nats per sample.
 *
 * @param layer name of the layer's result
 * @param precision as in {@code w4a8}
 * @param weights number of weights
 * @param sqnr signal-to-quantization-noise ratio of the layer's output with only this layer quantized, in dB
 * @param alone divergence with only this layer quantized
 * @param flipped share of samples whose best class that changes, in percent
 * @param without divergence with every layer at this precision but this one, which stays float
 * @param curvature second-order estimate of {@code alone}: half the Fisher information's mean over the weights times their
 *     squared rounding error
 */
public record LayerSensitivity(String layer, String precision, long weights, double sqnr, double alone, double flipped,
                               double without, double curvature) {
}
