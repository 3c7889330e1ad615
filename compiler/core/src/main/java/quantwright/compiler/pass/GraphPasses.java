package quantwright.compiler.pass;

import java.util.List;
import quantwright.ir.pass.Pass;

/** The catalogue of graph passes. */
public final class GraphPasses {
    private GraphPasses() {
    }

    /** Evaluates ops on constants. */
    public static Pass foldConstants() {
        return new FoldConstants();
    }

    /** Removes ops that give their operand back, composes reshapes and transposes. */
    public static Pass removeIdentity() {
        return new RemoveIdentity();
    }

    /** Computes equal expressions once. */
    public static Pass eliminateCommonSubexpressions() {
        return new EliminateCommonSubexpressions();
    }

    /** Erases nodes whose results reach no output. */
    public static Pass eliminateDeadCode() {
        return new EliminateDeadCode();
    }

    /** Brings activations into one canonical op each: ReLU, clip, SILU, GELU, hard swish, leaky ReLU. */
    public static Pass fuseActivations() {
        return new FuseActivations();
    }

    /** Turns matrix products by a constant into dense layers. */
    public static Pass lowerDense() {
        return new LowerDense();
    }

    /** Recognises reshape, transpose, reshape as a channel shuffle. */
    public static Pass lowerChannelShuffle() {
        return new LowerChannelShuffle();
    }

    /** Makes images channels-last, with transposes at the model's inputs and outputs only. */
    public static Pass canonicalAxisOrder() {
        return new CanonicalAxisOrder();
    }

    /** Folds batch normalization and other per-channel affine maps into convolutions and dense layers. */
    public static Pass foldBatchNorm() {
        return new FoldBatchNorm();
    }

    /** Folds spatial padding into convolutions and pools. */
    public static Pass foldPad() {
        return new FoldPad();
    }

    /** Stores quantized u8 tensors as i8, exactly. */
    public static Pass normalizeStorage() {
        return new NormalizeStorage();
    }

    /** Gives scales of blocks of weights the form of integer sums, where that is exact. */
    public static Pass lowerBlockScales() {
        return new LowerBlockScales();
    }

    /** Turns float ops between Dequantize and Quantize into integer ops. */
    public static Pass lowerQdq() {
        return new LowerQdq();
    }

    /** Runs {@link #normalize()} to a fixpoint. */
    public static Pass normalizeToFixpoint() {
        return new Normalize();
    }

    /** Every pass, in the order of the pipeline. */
    public static List<Pass> all() {
        return List.of(foldConstants(), removeIdentity(), eliminateCommonSubexpressions(), eliminateDeadCode(),
                fuseActivations(), lowerDense(), lowerChannelShuffle(), canonicalAxisOrder(), foldBatchNorm(),
                foldPad(), normalizeStorage(), lowerBlockScales(), lowerQdq(), normalizeToFixpoint());
    }

    /**
     * The standard pipeline from an imported model to the form that calibration and quantization take, one round.
     * Common subexpressions come last: a convolution that two normalizations share could not take either of them in.
     */
    public static List<Pass> normalize() {
        return List.of(normalizeStorage(), foldConstants(), removeIdentity(), eliminateDeadCode(), fuseActivations(),
                lowerDense(), lowerChannelShuffle(), canonicalAxisOrder(), removeIdentity(), lowerBlockScales(), lowerQdq(),
                foldBatchNorm(), foldPad(), fuseActivations(), foldConstants(), removeIdentity(),
                eliminateCommonSubexpressions(), eliminateDeadCode());
    }

    /**
     * The passes that keep every bit of an already quantized graph (and every value of a float one but for the order in
     * which a dense layer behind a flattened image sums): those of {@link #normalize()} that never round anew.
     */
    public static List<Pass> normalizeExactly() {
        return List.of(normalizeStorage(), foldConstants(), removeIdentity(), eliminateDeadCode(), lowerDense(),
                lowerChannelShuffle(), canonicalAxisOrder(), removeIdentity(), foldPad(), foldConstants(),
                removeIdentity(), eliminateCommonSubexpressions(), eliminateDeadCode());
    }
}
