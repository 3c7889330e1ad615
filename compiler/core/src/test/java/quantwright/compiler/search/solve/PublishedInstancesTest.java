package quantwright.compiler.search.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Published bit assignments: the optima are what others proved, and the times are bounded. */
class PublishedInstancesTest {
    /** Loss in units of 1e-12. */
    private static final double LOSS_UNIT = 1e12;
    private static final double COST_UNIT = 1e9;

    private static Path file(String name) {
        Path path = Path.of(System.getProperty("quantwright.data", "../shared")).resolve("reference").resolve(name);
        assumeTrue(Files.exists(path), () -> "no " + name + " in the data folder (-Dquantwright.data)");
        return path;
    }

    private static Object value(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.START_ARRAY) {
            List<Object> list = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                list.add(value(json));
            }
            return list;
        }
        if (json.currentToken() == JsonToken.START_OBJECT) {
            Map<String, Object> map = new LinkedHashMap<>();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                json.nextToken();
                map.put(name, value(json));
            }
            return map;
        }
        return json.currentToken().isNumeric() ? (Object) json.getDoubleValue() : json.getText();
    }

    /** The instances of one file: layers of which the first alternative is 8 bits and the second 4. */
    private record Hawq(Map<String, Object> data) {
        double at(String name, int i) {
            return ((Number) ((List<?>) data.get(name)).get(i)).doubleValue();
        }

        double cost(String name, int bits, int i) {
            return switch (name) {
                case "size" -> at("parameters", i) * (bits == 4 ? 0.5 : 1);
                case "bops" -> at("bops", i) / (bits == 4 ? 64 : 16);
                default -> at(bits == 4 ? "latency_int4" : "latency_int8", i);
            };
        }

        double total(String name, int bits) {
            double sum = 0;
            for (int i = 0; i < layers(); i++) {
                sum += cost(name, bits, i);
            }
            return sum;
        }

        int layers() {
            return ((List<?>) data.get("Hutchinson_trace")).size();
        }

        /** Constant by which the listed objective is less than the sum of losses. */
        double offset() {
            double sum = 0;
            for (int i = 0; i < layers(); i++) {
                sum += at("Hutchinson_trace", i) * at("delta_weights_4bit_square", i);
            }
            return sum;
        }

        AssignmentProblem problem() {
            List<Layer> layers = new ArrayList<>();
            for (int i = 0; i < layers(); i++) {
                List<Choice> choices = new ArrayList<>();
                for (int bits : new int[] {8, 4}) {
                    List<Long> costs = new ArrayList<>();
                    costs.add(Math.round(at("Hutchinson_trace", i) * at("delta_weights_" + bits + "bit_square", i)
                            * LOSS_UNIT));
                    for (String name : List.of("size", "bops", "latency")) {
                        costs.add(Math.round(cost(name, bits, i) * COST_UNIT));
                    }
                    choices.add(new Choice(Integer.toString(bits), costs));
                }
                layers.add(new Layer("layer" + i, choices));
            }
            List<List<Integer>> ties = ((List<?>) data.get("ties")).stream().map(t -> ((List<?>) t).stream().map(i ->
                    ((Number) i).intValue()).toList()).toList();
            return new AssignmentProblem(layers, ties, List.of(), List.of(Measure.sum("loss", 0, 0), Measure.sum("size", 1,
                    0), Measure.sum("bops", 2, 0), Measure.sum("latency", 3, 0)));
        }
    }

    @Test
    @SuppressWarnings("unchecked")
    void hawqResNet18() throws IOException {
        Hawq hawq;
        try (JsonParser json = new JsonFactory().createParser(file("hawqv3-resnet18.json").toFile())) {
            json.nextToken();
            hawq = new Hawq((Map<String, Object>) value(json));
        }
        AssignmentProblem problem = hawq.problem();
        SolverLibrary.load();
        // The first solve of a process also warms the library up.
        new ExactSolver(problem).minimize(0, List.of());
        List<Map<String, Object>> optima = (List<Map<String, Object>>) hawq.data().get("optima");
        assertEquals(9, optima.size());
        long start = System.nanoTime();
        for (Map<String, Object> optimum : optima) {
            String name = (String) optimum.get("constraint");
            double f = ((Number) optimum.get("fraction")).doubleValue();
            double limit = hawq.total(name, 4) + f * (hawq.total(name, 8) - hawq.total(name, 4));
            Outcome outcome = new ExactSolver(problem).minimize(0, List.of(new Budget(problem.measure(name),
                    (long) Math.floor(limit * COST_UNIT))));
            Outcome.Optimum found = assertInstanceOf(Outcome.Optimum.class, outcome);
            String bits = found.assignment().stream().map(c -> c == 0 ? "8" : "4").collect(Collectors.joining());
            assertEquals(optimum.get("bits"), bits, name + " " + f);
            assertEquals(((Number) optimum.get("objective")).doubleValue(), found.objective() / LOSS_UNIT - hawq.offset(),
                    1e-10);
            assertEquals(0, found.gap());
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("HAWQ-V3 ResNet18: nine instances in %.3f s%n", seconds);
        assertTrue(seconds < 1, seconds + " s");
    }

    @Test
    void haqMobileNetV2() throws IOException {
        long[][] latency = new long[53][64];
        for (String line : Files.readAllLines(file("haq-mobilenetv2-latency.csv")).subList(1, 53 * 64 + 1)) {
            String[] f = line.split(",");
            latency[Integer.parseInt(f[0])][(Integer.parseInt(f[1]) - 1) * 8 + Integer.parseInt(f[2]) - 1] =
                    Long.parseLong(f[3]);
        }
        Random random = new Random(20);
        List<Layer> layers = new ArrayList<>();
        long least = 0;
        long most = 0;
        for (int i = 0; i < latency.length; i++) {
            double weights = Math.exp(1.5 * random.nextGaussian());
            double activations = Math.exp(1.5 * random.nextGaussian());
            List<Choice> choices = new ArrayList<>();
            long low = Long.MAX_VALUE;
            for (int c = 0; c < 64; c++) {
                // The squared rounding error falls fourfold with each bit.
                double loss = weights * Math.pow(4, -(c / 8)) + activations * Math.pow(4, -(c % 8));
                choices.add(new Choice("w" + (c / 8 + 1) + "a" + (c % 8 + 1), List.of(Math.round(loss * 1e9),
                        latency[i][c])));
                low = Math.min(low, latency[i][c]);
            }
            layers.add(new Layer("layer" + i, choices));
            least += low;
            most += latency[i][63];
        }
        AssignmentProblem problem = new AssignmentProblem(layers, List.of(), List.of(), List.of(Measure.sum("loss", 0, 0),
                Measure.sum("latency", 1, 0)));
        long start = System.nanoTime();
        for (int n = 0; n < 10; n++) {
            long limit = least + (long) ((most - least) * random.nextDouble());
            Outcome.Optimum found = assertInstanceOf(Outcome.Optimum.class, new ExactSolver(problem).minimize(0,
                    List.of(new Budget(1, limit))));
            assertEquals(0, found.gap());
            assertTrue(found.measures().get(1) <= limit);
            assertEquals(problem.evaluate(found.assignment()), found.measures());
            System.out.printf("HAQ MobileNetV2: latency <= %d: loss %d, %s%n", limit, found.objective(),
                    found.statistics());
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("HAQ MobileNetV2: ten budgets in %.3f s%n", seconds);
        assertTrue(seconds < 10, seconds + " s");
    }
}
