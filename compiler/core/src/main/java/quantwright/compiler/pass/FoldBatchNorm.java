package quantwright.compiler.pass;

import java.util.List;
import quantwright.ir.Level;
import quantwright.ir.pass.PassInfo;

/**
 * Folds inference batch normalization, and per-channel multiplication and addition of constants, into the weights and
 * bias of a neighbouring convolution or dense layer; what finds no neighbour becomes one multiplication and one
 * addition per channel. New weights are computed in double and rounded once to f32, so that results agree with the
 * source model to float accuracy, not to the bit (Jacob et al., "Quantization and Training of Neural Networks for
 * Efficient Integer-Arithmetic-Only Inference", 2018, section 3.2).
 */
public final class FoldBatchNorm extends RewritePass {
    /** The pass. */
    public FoldBatchNorm() {
        super(new PassInfo("fold-batch-norm", "folds per-channel affine maps into convolutions and dense layers",
                Level.GRAPH, List.of("canonical-axis-order", "lower-dense")));
    }

    @Override
    public List<Rewrite> rewrites() {
        return List.of(
                new Rewrite("batch-norm-into-weights",
                        "batch_norm(conv(x, w, b)) -> conv(x, w * s, (b - mean) * s + bias)",
                        AffineFolding::batchNormIntoProducer),
                new Rewrite("multiply-into-weights", "conv(x, w, b) * c -> conv(x, w * c, b * c)",
                        AffineFolding::multiplyIntoProducer),
                new Rewrite("add-into-bias", "conv(x, w, b) + c -> conv(x, w, b + c)", AffineFolding::addIntoProducer),
                new Rewrite("batch-norm-to-affine", "batch_norm(x) -> x * s + (bias - mean * s)",
                        AffineFolding::batchNormToAffine),
                new Rewrite("multiply-multiply", "(x * a) * b -> x * (a * b)", AffineFolding::mergeMultiplies),
                new Rewrite("add-add", "(x + a) + b -> x + (a + b)", AffineFolding::mergeAdds),
                new Rewrite("multiply-after-add", "(x + a) * b -> x * b + a * b", AffineFolding::multiplyBeforeAdd),
                new Rewrite("multiply-into-next-weights", "conv(x * c, w) -> conv(x, w * c)",
                        AffineFolding::multiplyIntoConsumers),
                new Rewrite("add-into-next-bias", "conv(x + c, w, b) without padding -> conv(x, w, b + w * c)",
                        AffineFolding::addIntoConsumers));
    }
}
