package quantwright.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Option;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.quant.PrecisionPlan;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.compiler.quant.RangeMethod;
import quantwright.compiler.quant.SkipList;
import quantwright.compiler.quant.WeightOptions;
import quantwright.compiler.quant.WeightRange;
import quantwright.compiler.quant.WeightRounding;
import quantwright.ir.arith.Arithmetic;
import quantwright.ir.arith.ArithmeticPreset;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.profiles.HardwareProfile;

/** Options that change how a model is quantized; without them, one recipe for all models. */
final class QuantizeOptions {
    @Option(names = "--method", paramLabel = "METHOD",
            description = "How activation ranges are chosen: mse (default), min-max, percentile, entropy.")
    private String method;
    @Option(names = "--percentile", paramLabel = "SHARE",
            description = "Share of elements that --method percentile keeps, such as 0.9999.")
    private Double percentile;
    @Option(names = "--skip", paramLabel = "NAME",
            description = "Keep the node with this result name float; * stands for anything. May be repeated.")
    private List<String> skipNames = new ArrayList<>();
    @Option(names = "--skip-type", paramLabel = "OP", description = "Keep nodes of this op float. May be repeated.")
    private List<String> skipTypes = new ArrayList<>();
    @Option(names = "--per-tensor", description = "One weight scale for each layer instead of one for each channel.")
    private boolean perTensor;
    @Option(names = "--precision", paramLabel = "BITS",
            description = "Bits of weights and activations, such as w4a8; weights 8, 4, 2, 1, activations 8, 16;"
            + " w4g32a8 gives each 32 inputs a multiplier of the weights' scale."
            + " Default: w8a8.")
    private String precision;
    @Option(names = "--weight-range", paramLabel = "METHOD",
            description = "How scales of weights are chosen: output (default), mse, max.")
    private String weightRange;
    @Option(names = "--rounding", paramLabel = "METHOD",
            description = "How weights are rounded: descent (default), alternating, gptq, nearest.")
    private String rounding;
    @Option(names = "--no-sequential",
            description = "Tune each layer by what the float layers before it compute, not the integer ones.")
    private boolean noSequential;
    @Option(names = "--symmetric", description = "Activation zero points are all 0.")
    private boolean symmetric;
    @Option(names = "--no-equalization", description = "Leave the channels between layers as the model scales them.")
    private boolean noEqualization;
    @Option(names = "--no-bias-correction", description = "Leave each channel's mean error on the calibration data.")
    private boolean noBiasCorrection;
    @Option(names = "--integer-softmax",
            description = "Make every softmax integer, also where only outputs read it: probabilities in steps of 1/256.")
    private boolean integerSoftmax;
    @Option(names = "--views", paramLabel = "COUNT",
            description = "Fill calibration sets of colour images up to this many samples with parts of them, resized and"
            + " mirrored; 0: none. Default: 168.")
    private Integer views;
    @Option(names = "--arithmetic", paramLabel = "PRESET",
            description = "Rounding of each op: f32, tflite, onnx, xnnpack. Default: what the profile says.")
    private String arithmetic;

    /** Whether anything was asked for. */
    boolean given() {
        return method != null || percentile != null || !skipNames.isEmpty() || !skipTypes.isEmpty() || perTensor
                || symmetric || precision != null || weightRange != null || rounding != null || noSequential
                || noEqualization || noBiasCorrection || integerSoftmax || views != null || arithmetic != null;
    }

    QuantizationOptions options(HardwareProfile profile) {
        QuantizationOptions standard = QuantizationOptions.standard(profile);
        if (percentile != null && !(percentile > 0.5 && percentile <= 1)) {
            throw usage("--percentile takes a share above 0.5 and at most 1, not " + percentile);
        }
        if (percentile != null && range() != RangeMethod.PERCENTILE) {
            throw Verb.conflict("--percentile belongs to --method percentile");
        }
        if (views != null && views < 0) {
            throw usage("--views takes a number of samples, not " + views);
        }
        WeightOptions weights = standard.weights();
        return new QuantizationOptions(range(), percentile == null ? standard.percentile() : percentile,
                symmetric || standard.symmetricActivations(), standard.equalization() && !noEqualization,
                weights.withPerChannel(weights.perChannel() && !perTensor)
                        .withRange(choice("--weight-range", weightRange, WeightRange.values(), WeightRange::text,
                                weights.range()))
                        .withRounding(choice("--rounding", rounding, WeightRounding.values(), WeightRounding::text,
                                weights.rounding()))
                        .withSequential(weights.sequential() && !noSequential)
                        .withBiasCorrection(weights.biasCorrection() && !noBiasCorrection),
                preset(standard), new SkipList(skipNames, skipTypes),
                precision == null ? standard.precision() : PrecisionPlan.uniform(LayerPrecision.parse(precision)
                        .orElseThrow(() -> usage("--precision takes bits such as w4a8, not '" + precision + "'"))),
                integerSoftmax, standard.wideResults(), views == null ? standard.views() : views);
    }

    private static <T> T choice(String option, String text, T[] values, Function<T, String> name, T otherwise) {
        if (text == null) {
            return otherwise;
        }
        return Arrays.stream(values).filter(v -> name.apply(v).equals(text)).findFirst().orElseThrow(() -> usage(option
                + " takes " + String.join(", ", Arrays.stream(values).map(name).toList()) + ", not '" + text + "'"));
    }

    private RangeMethod range() {
        return choice("--method", method, RangeMethod.values(), RangeMethod::text, QuantizationOptions.standard().method());
    }

    private Arithmetic preset(QuantizationOptions standard) {
        try {
            return arithmetic == null ? standard.arithmetic() : ArithmeticPreset.parse(arithmetic);
        } catch (IllegalArgumentException e) {
            throw usage("--arithmetic: " + e.getMessage());
        }
    }

    private static UserErrorException usage(String message) {
        return new UserErrorException(CliDiagnostic.USAGE, Location.UNKNOWN, message);
    }
}
