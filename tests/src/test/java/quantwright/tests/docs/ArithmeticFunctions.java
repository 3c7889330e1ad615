package quantwright.tests.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import quantwright.ir.arith.ActivationTable;
import quantwright.ir.arith.DoubleFunctions;
import quantwright.ir.arith.FloatMath;
import quantwright.ir.arith.HalfFloats;
import quantwright.ir.arith.IntegerRounding;
import quantwright.ir.arith.Multiplier;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Quantization;
import quantwright.ir.arith.QuantizedSoftmax;
import quantwright.ir.arith.Requantizer;
import quantwright.ir.arith.ResizeTaps;
import quantwright.ir.arith.ResizeWeights;
import quantwright.ir.arith.Rounding;
import quantwright.ir.arith.Scales;
import quantwright.ir.op.ResizeCoordinates;

/** The functions of {@code arith} blocks: names for the methods of {@code quantwright.ir.arith}. */
final class ArithmeticFunctions {
    /** Arguments of a call, read in order. */
    private static final class Arguments {
        private final List<String> texts;
        private int next;

        Arguments(List<String> texts) {
            this.texts = texts;
        }

        String text() {
            return texts.get(next++);
        }

        int integer() {
            return Integer.decode(text());
        }

        long wide() {
            return Long.decode(text());
        }

        float real() {
            return Float.parseFloat(text());
        }

        double exact() {
            return Double.parseDouble(text());
        }

        Rounding rounding() {
            return Rounding.parse(text());
        }

        Rounding.Mode mode() {
            return Rounding.Mode.valueOf(text().toUpperCase(Locale.ROOT).replace('-', '_'));
        }

        ResizeCoordinates coordinates() {
            return ResizeCoordinates.valueOf(text().toUpperCase(Locale.ROOT));
        }

        QuantRange zeroAndRange() {
            return new QuantRange(integer(), integer(), integer());
        }

        boolean isRead() {
            return next == texts.size();
        }
    }

    private ArithmeticFunctions() {
    }

    /**
     * Evaluates {@code name(arguments)}.
     *
     * @throws IllegalArgumentException if there is no such function or it takes other arguments
     */
    static List<Number> call(String name, String arguments) {
        Function<Arguments, List<Number>> function = all().get(name);
        if (function == null) {
            throw new IllegalArgumentException("no function " + name + " among " + all().keySet());
        }
        Arguments read = new Arguments(split(arguments));
        List<Number> result;
        try {
            result = function.apply(read);
        } catch (IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("too few arguments of " + name, e);
        }
        if (!read.isRead()) {
            throw new IllegalArgumentException("too many arguments of " + name);
        }
        return result;
    }

    /** Splits at commas outside angle brackets. */
    private static List<String> split(String arguments) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int from = 0;
        for (int i = 0; i <= arguments.length(); i++) {
            char c = i == arguments.length() ? ',' : arguments.charAt(i);
            depth += c == '<' ? 1 : c == '>' ? -1 : 0;
            if (c == ',' && depth == 0 || i == arguments.length()) {
                parts.add(arguments.substring(from, i).strip());
                from = i + 1;
            }
        }
        return parts;
    }

    static Map<String, Function<Arguments, List<Number>>> all() {
        Map<String, Function<Arguments, List<Number>>> map = new TreeMap<>();
        rescaling(map);
        scales(map);
        tables(map);
        resizing(map);
        floats(map);
        return map;
    }

    private static void rescaling(Map<String, Function<Arguments, List<Number>>> map) {
        map.put("multiplier", a -> {
            Multiplier m = Multiplier.of(a.exact(), a.integer());
            return List.of(m.value(), m.exponent());
        });
        map.put("requantize", a -> List.of(Requantizer.of(a.rounding(), a.exact()).apply(a.integer(),
                a.zeroAndRange())));
        map.put("requantizeWide", a -> List.of(Requantizer.of(a.rounding(), a.exact()).applyWide(a.wide(),
                a.zeroAndRange())));
        map.put("shiftRight", a -> List.of(IntegerRounding.shiftRight(a.wide(), a.integer(), a.mode())));
        map.put("divide", a -> List.of(IntegerRounding.divide(a.wide(), a.wide(), a.mode())));
        map.put("quantize", a -> List.of(Quantization.quantize(a.real(), a.real(), a.zeroAndRange())));
        map.put("quantizeTflite", a -> List.of(Quantization.quantizeTflite(a.real(), a.real(), a.zeroAndRange())));
        map.put("dequantize", a -> List.of(Quantization.dequantize(a.integer(), a.real(), a.integer())));
        map.put("narrow", a -> bounds(a, true));
        map.put("narrowTflite", a -> bounds(a, false));
    }

    private static List<Number> bounds(Arguments a, boolean even) {
        float low = a.real();
        float high = a.real();
        float scale = a.real();
        QuantRange range = a.zeroAndRange();
        QuantRange narrowed = even ? range.narrow(low, high, scale) : range.narrowTflite(low, high, scale);
        return List.of(narrowed.min(), narrowed.max());
    }

    private static void scales(Map<String, Function<Arguments, List<Number>>> map) {
        map.put("productFactor", a -> List.of(Scales.productFactor(a.real(), a.real(), a.real())));
        map.put("fullyConnectedFactor", a -> List.of(Scales.fullyConnectedFactor(a.rounding(), false, a.real(),
                a.real(), a.real())));
        map.put("mulFactor", a -> List.of(Scales.mulFactor(a.rounding(), a.real(), a.real(), a.real())));
        map.put("quantizeBias", a -> List.of(Scales.quantizeBias(a.real(), a.real(), a.real())));
    }

    private static DoubleUnaryOperator activation(String name) {
        return switch (name) {
            case "sigmoid" -> DoubleFunctions::sigmoid;
            case "tanh" -> DoubleFunctions::tanh;
            case "gelu" -> DoubleFunctions::gelu;
            case "silu" -> DoubleFunctions::silu;
            case "hardSwish" -> DoubleFunctions::hardSwish;
            default -> throw new IllegalArgumentException("no activation " + name);
        };
    }

    private static void tables(Map<String, Function<Arguments, List<Number>>> map) {
        map.put("table", a -> {
            DoubleUnaryOperator f = activation(a.text());
            int q = a.integer();
            return List.of(ActivationTable.fill(f, a.real(), a.integer(), -128, a.real(), a.zeroAndRange())[q + 128]);
        });
        map.put("tableTflite", a -> {
            DoubleUnaryOperator f = activation(a.text());
            int q = a.integer();
            return List.of(ActivationTable.fillTflite(f, a.real(), a.integer(), -128, a.real(),
                    a.zeroAndRange())[q + 128]);
        });
        map.put("leakyReluTflite", a -> {
            float alpha = a.real();
            int q = a.integer();
            return List.of(ActivationTable.fillTfliteLeakyRelu(alpha, a.real(), a.integer(), -128, a.real(),
                    a.zeroAndRange())[q + 128]);
        });
        map.put("softmaxTable", a -> {
            int[] table = QuantizedSoftmax.integerTable(a.real(), a.real());
            return List.of(table[a.integer()]);
        });
        map.put("softmaxTableTflite", a -> {
            float[] table = QuantizedSoftmax.tfliteTable(a.real(), a.real());
            return List.of(table[a.integer()]);
        });
    }

    private static void resizing(Map<String, Function<Arguments, List<Number>>> map) {
        map.put("resizePosition", a -> List.of(ResizeTaps.position(a.integer(), a.integer(), a.integer(), a.real(),
                a.coordinates())));
        map.put("resizeTap", a -> {
            ResizeWeights.Tap tap = ResizeWeights.tap(a.exact(), a.integer());
            return List.of(tap.low(), tap.high(), tap.lowWeight(), tap.highWeight());
        });
        map.put("resizeTapTflite", a -> {
            int o = a.integer();
            ResizeTaps taps = ResizeTaps.linearTflite(a.integer(), a.integer(), a.coordinates());
            return List.of(taps.lower()[o], taps.upper()[o], taps.weight()[o]);
        });
    }

    private static void floats(Map<String, Function<Arguments, List<Number>>> map) {
        map.put("exp", a -> List.of(FloatMath.exp(a.real())));
        map.put("log", a -> List.of(FloatMath.log(a.real())));
        map.put("tanh", a -> List.of(FloatMath.tanh(a.real())));
        map.put("sigmoid", a -> List.of(FloatMath.sigmoid(a.real())));
        map.put("erf", a -> List.of(FloatMath.erf(a.real())));
        map.put("rsqrt", a -> List.of(FloatMath.rsqrt(a.real())));
        map.put("silu", a -> List.of(FloatMath.silu(a.real())));
        map.put("softplus", a -> List.of(FloatMath.softplus(a.real())));
        map.put("gelu", a -> List.of(FloatMath.gelu(a.real())));
        map.put("geluTanh", a -> List.of(FloatMath.geluTanh(a.real())));
        map.put("hardSwish", a -> List.of(FloatMath.hardSwish(a.real())));
        map.put("pow", a -> List.of(FloatMath.pow(a.real(), a.real())));
        map.put("sin", a -> List.of(FloatMath.sin(a.real())));
        map.put("cos", a -> List.of(FloatMath.cos(a.real())));
        map.put("f16", a -> List.of(HalfFloats.fromF16(HalfFloats.toF16(a.real()))));
        map.put("bf16", a -> List.of(HalfFloats.fromBf16(HalfFloats.toBf16(a.real()))));
    }
}
