package quantwright.compiler.data;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import quantwright.compiler.importer.FormatException;

/**
 * What turns a stored sample into a model's input. Applied once per element, in f32 with IEEE rounding after each
 * step, in this order:
 * <ol>
 * <li>v = f32(stored element)</li>
 * <li>channels reordered (RGB to BGR reverses them)</li>
 * <li>v = v - offset</li>
 * <li>v = v * multiply</li>
 * <li>v = v / divide</li>
 * <li>v = v - mean[c]</li>
 * <li>v = v / std[c]</li>
 * <li>layout changed; the value is stored as the model's input type. For an integer type, v (divided by the input scale
 * when {@code quantize} is given, its zero point added after rounding) is rounded half to even and clamped to the
 * type.</li>
 * </ol>
 * A step whose parameter is the neutral one is exact, hence no step at all.
 *
 * @param layout how the model wants the axes of one sample
 * @param reverseChannels whether the model wants the stored channel order reversed
 * @param offset subtracted first
 * @param multiply then multiplied with
 * @param divide then divided by; not zero
 * @param mean subtracted per channel, in the model's channel order; empty for none, one for all channels
 * @param std divided by per channel, in the model's channel order; empty for none, one for all channels; not zero
 * @param quantize scale and zero point of the model's integer input, when v is a real value
 * @param labelOffset added to the stored label to get the model's class index
 */
public record Preprocessing(Layout layout, boolean reverseChannels, float offset, float multiply, float divide,
                            float[] mean, float[] std, Optional<InputScale> quantize, int labelOffset) {
    /** The axes of one sample as the model wants them. */
    public enum Layout {
        /** As the data set stores them. */
        STORED,
        /** Height, width, channels; the data set stores channels first. */
        HWC,
        /** Channels, height, width; the data set stores height and width first, channels last or absent. */
        CHW
    }

    /**
     * real = scale * (q - zero).
     *
     * @param scale positive
     * @param zero zero point
     */
    public record InputScale(float scale, int zero) {
    }

    private static final Set<String> KEYS = Set.of("layout", "stored_colour", "colour", "offset", "multiply", "divide",
        "mean", "std", "quantize", "label_offset");

    /** Checks the ranges stated above. */
    public Preprocessing {
        mean = mean.clone();
        std = std.clone();
        for (float s : std) {
            if (s == 0) {
                throw new IllegalArgumentException("std has a zero");
            }
        }
        if (divide == 0) {
            throw new IllegalArgumentException("divide is zero");
        }
    }

    @Override
    public float[] mean() {
        return mean.clone();
    }

    @Override
    public float[] std() {
        return std.clone();
    }

    /** {@return the preprocessing that changes nothing} */
    public static Preprocessing none() {
        return new Preprocessing(Layout.STORED, false, 0, 1, 1, new float[0], new float[0], Optional.empty(), 0);
    }

    /**
     * Reads it from JSON: {@code {"layout": "CHW", "stored_colour": "RGB", "colour": "BGR", "offset": 0,
     * "multiply": 1, "divide": 255, "mean": [..], "std": [..], "quantize": {"scale": 0.5, "zero": 3},
     * "label_offset": 1}}, each member optional; {@code colour} is the order the model wants.
     *
     * @param json the object
     * @return the preprocessing
     * @throws FormatException if a member is unknown or out of range
     */
    public static Preprocessing of(JsonObject json) throws FormatException {
        json.allowOnly(KEYS);
        var name = json.string("layout", "STORED").toUpperCase(Locale.ROOT);
        Layout layout;
        try {
            layout = Layout.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw json.fault("layout", "is '" + name + "', not STORED, HWC or CHW");
        }
        boolean reverse = bgr(json, "stored_colour") != bgr(json, "colour");
        Optional<InputScale> quantize = Optional.empty();
        var scale = json.object("quantize");
        if (scale.isPresent()) {
            quantize = Optional.of(new InputScale(scale.get().number("scale", 0), scale.get().integer("zero", 0)));
            if (!(quantize.get().scale() > 0)) {
                throw json.fault("quantize", "needs a positive scale");
            }
        }
        try {
            return new Preprocessing(layout, reverse, json.number("offset", 0),
                json.number("multiply", 1), json.number("divide", 1), json.numbers("mean"), json.numbers("std"),
                quantize, json.integer("label_offset", 0));
        } catch (IllegalArgumentException e) {
            throw json.fault(e.getMessage().startsWith("std") ? "std" : "divide", "is zero");
        }
    }

    private static boolean bgr(JsonObject json, String member) throws FormatException {
        return switch (json.string(member, "RGB")) {
            case "RGB" -> false;
            case "BGR" -> true;
            default -> throw json.fault(member, "is neither RGB nor BGR");
        };
    }
}
