package quantwright.tests.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import quantwright.ir.data.Tensor;
import quantwright.ir.type.ScalarType;

/** Lists of numbers as pages write them: decimal or hexadecimal, {@code a..b} for a run of integers. */
final class Numbers {
    private Numbers() {
    }

    /** The items of a list, runs expanded. */
    static List<String> items(String list) {
        List<String> items = new ArrayList<>();
        for (String item : list.split(",")) {
            String text = item.strip();
            int dots = text.indexOf("..");
            if (dots < 0) {
                items.add(text);
                continue;
            }
            int from = Integer.parseInt(text.substring(0, dots));
            int to = Integer.parseInt(text.substring(dots + 2));
            for (int i = from; from <= to ? i <= to : i >= to; i += from <= to ? 1 : -1) {
                items.add(String.valueOf(i));
            }
        }
        return items;
    }

    /** Whether a page's text is exactly this number: the same bits for a float, but for the payload of a NaN. */
    static boolean isSame(String text, Number number) {
        try {
            return switch (number) {
                case Float f -> Float.compare(Float.parseFloat(text), f) == 0;
                case Double d -> Double.compare(Double.parseDouble(text), d) == 0;
                default -> Long.decode(text) == number.longValue();
            };
        } catch (NumberFormatException e) {
            return false;
        }
    }

    static boolean areSame(List<String> texts, List<Number> numbers) {
        if (texts.size() != numbers.size()) {
            return false;
        }
        for (int i = 0; i < texts.size(); i++) {
            if (!isSame(texts.get(i), numbers.get(i))) {
                return false;
            }
        }
        return true;
    }

    static String text(List<Number> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    static void fill(Tensor tensor, List<String> items) {
        if (items.size() != tensor.size()) {
            throw new IllegalArgumentException(items.size() + " elements for " + tensor.type());
        }
        for (int i = 0; i < items.size(); i++) {
            if (tensor.type().storage() == ScalarType.F32) {
                tensor.floats()[i] = Float.parseFloat(items.get(i));
            } else {
                tensor.setInteger(i, Long.decode(items.get(i)));
            }
        }
    }

    static List<Number> elements(Tensor tensor) {
        List<Number> elements = new ArrayList<>();
        for (int i = 0; i < tensor.size(); i++) {
            if (tensor.type().storage() == ScalarType.F32) {
                elements.add(tensor.floats()[i]);
            } else {
                elements.add(tensor.integer(i));
            }
        }
        return elements;
    }
}
