package quantwright.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.compiler.quant.RangeMethod;
import quantwright.compiler.quant.SkipList;
import quantwright.compiler.quant.WeightOptions;
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
    @Option(names = "--symmetric", description = "Activation zero points are all 0.")
    private boolean symmetric;
    @Option(names = "--no-equalization", description = "Leave the channels between layers as the model scales them.")
    private boolean noEqualization;
    @Option(names = "--no-bias-correction", description = "Leave each channel's mean error on the calibration data.")
    private boolean noBiasCorrection;
    @Option(names = "--integer-softmax",
            description = "Make softmax integer also where only outputs read it: probabilities in steps of 1/256.")
    private boolean integerSoftmax;
    @Option(names = "--arithmetic", paramLabel = "PRESET",
            description = "Rounding of each op: f32, tflite, onnx, xnnpack. Default: what the profile says.")
    private String arithmetic;

    /** Whether anything was asked for. */
    boolean given() {
        return method != null || percentile != null || !skipNames.isEmpty() || !skipTypes.isEmpty() || perTensor
                || symmetric
                || noEqualization || noBiasCorrection || integerSoftmax || arithmetic != null;
    }

    QuantizationOptions options(HardwareProfile profile) {
        QuantizationOptions standard = QuantizationOptions.standard();
        if (percentile != null && !(percentile > 0.5 && percentile <= 1)) {
            throw usage("--percentile takes a share above 0.5 and at most 1, not " + percentile);
        }
        if (percentile != null && range() != RangeMethod.PERCENTILE) {
            throw Verb.conflict("--percentile belongs to --method percentile");
        }
        WeightOptions weights = standard.weights();
        return new QuantizationOptions(range(), percentile == null ? standard.percentile() : percentile,
                symmetric || !profile.quantization().activationZeroPoints(), standard.equalization() && !noEqualization,
                weights.withPerChannel(profile.quantization().perChannelWeights() && !perTensor)
                        .withBiasCorrection(weights.biasCorrection() && !noBiasCorrection),
                preset(profile), new SkipList(skipNames, skipTypes), standard.precision(),
                integerSoftmax);
    }

    private RangeMethod range() {
        if (method == null) {
            return QuantizationOptions.standard().method();
        }
        for (RangeMethod m : RangeMethod.values()) {
            if (m.text().equals(method)) {
                return m;
            }
        }
        throw usage("--method takes mse, min-max, percentile or entropy, not '" + method + "'");
    }

    private ArithmeticPreset preset(HardwareProfile profile) {
        try {
            return ArithmeticPreset.parse(arithmetic == null ? profile.quantization().arithmetic() : arithmetic);
        } catch (IllegalArgumentException e) {
            throw usage("--arithmetic: " + e.getMessage());
        }
    }

    private static UserErrorException usage(String message) {
        return new UserErrorException(CliDiagnostic.USAGE, Location.UNKNOWN, message);
    }
}
