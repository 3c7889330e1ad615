package quantwright.bench;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import quantwright.backend.Backend;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.CompiledModel;
import quantwright.backend.Executor;
import quantwright.backend.Manifest;
import quantwright.backend.jvm.JvmBackend;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.ir.Graph;
import quantwright.ir.data.Tensor;
import quantwright.ir.interp.Interpreter;
import quantwright.profiles.ProfileCatalogue;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;
import quantwright.tests.peer.Timing;

/**
 * Every catalogue model, float and int8, as bytecode, by the interpreter and as native code, one thread each, taking
 * turns in one process after warming up. Arguments: {@code [--seconds S]} for each model and form, default 4, half as
 * much again for warming up; {@code [--only REGEX]} of model ids; {@code [--form float|int8|both]};
 * {@code [--steps N]}: with N above 0, the N slowest steps of the bytecode follow each row.
 */
public final class JvmTable {
    private JvmTable() {
    }

    /** A form of a model, ready to run three ways. */
    private record Contest(Graph graph, List<Tensor> inputs) {
    }

    /** Prints Markdown. */
    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args, "seconds", "only", "form", "steps");
        double seconds = arguments.number("seconds", 4);
        Pattern only = Pattern.compile(arguments.text("only", ""));
        String form = arguments.text("form", "both");
        System.out.printf("One thread, batch 1, Java %s, %s; fastest of measurements in turns, in us. Native is profile %s."
                + " Int8 of a float file is by the standard recipe without tuning of weights.%n%n",
                Runtime.version(), Host.processor(), Host.profile().id());
        System.out.println("| model | form | MMAC | interpreter | bytecode | native | interpreter : bytecode"
                + " | interpreter GMAC/s | bytecode GMAC/s | differing elements |");
        System.out.println("|---|---|" + "---:|".repeat(8));
        for (CatalogueModel model : ModelCatalogue.load().all()) {
            if (Files.exists(model.path()) && only.matcher(model.id()).find()) {
                for (Map.Entry<String, Graph> each : forms(model, form).entrySet()) {
                    List<Tensor> inputs = Contenders.tensors(model, each.getValue());
                    row(model.id(), each.getKey(), new Contest(each.getValue(), inputs), seconds,
                            (int) arguments.number("steps", 0));
                }
            }
        }
    }

    private static Map<String, Graph> forms(CatalogueModel model, String wanted) throws Exception {
        Map<String, Graph> forms = new LinkedHashMap<>();
        Graph graph = Pipeline.normalize(Pipeline.read(model.path()));
        if (model.isQuantized()) {
            forms.put("int8", graph);
        } else {
            forms.put("float", graph);
            if (!wanted.equals("float")) {
                QuantizationOptions standard = QuantizationOptions.standard();
                forms.put("int8", Pipeline.quantize(graph, Pipeline.calibrate(graph, Samples.calibration(model,
                        graph.inputs().getFirst().type().canonical())),
                        standard.withWeights(standard.weights().untuned())));
            }
        }
        forms.keySet().removeIf(f -> !wanted.equals("both") && !wanted.equals(f));
        return forms;
    }

    private static void row(String id, String form, Contest contest, double seconds, int steps) throws Exception {
        Backend backend = new JvmBackend();
        CompiledModel compiled = backend.compile(new CompileRequest(contest.graph,
                new ProfileCatalogue().find("jvm"), "model", Progress.SILENT));
        try (Executor bytecode = backend.load(compiled); Executor machine = Pipeline.executor(contest.graph)) {
            Executor.Bound fast = bound(bytecode, contest.inputs);
            Rounds rounds = new Rounds();
            Timing.Action slow = () -> Interpreter.run(contest.graph, contest.inputs, null);
            rounds.add("interpreter", slow);
            rounds.add("bytecode", fast::run);
            rounds.add("native", bound(machine, contest.inputs)::run);
            Rounds.settle(slow, seconds / 4);
            Rounds.settle(fast::run, seconds / 4);
            Map<String, Rounds.Times> times = rounds.measure(seconds);
            long macs = compiled.manifest().steps().stream().mapToLong(Manifest.Step::macs).sum();
            double interpreter = times.get("interpreter").min();
            double java = times.get("bytecode").min();
            System.out.printf("| %s | %s | %.2f | %s | %s | %s | %.2f | %.1f | %.1f | %d |%n", id, form, macs / 1e6,
                    SideBySide.micros(interpreter), SideBySide.micros(java),
                    SideBySide.micros(times.get("native").min()), interpreter / java,
                    macs / interpreter, macs / java, differences(contest, bytecode));
            if (steps > 0) {
                steps(compiled.manifest(), fast, steps);
            }
        }
    }

    private static Executor.Bound bound(Executor executor, List<Tensor> inputs) {
        Executor.Bound bound = executor.bind().orElseThrow();
        for (int i = 0; i < inputs.size(); i++) {
            bound.input(i).copyFrom(MemorySegment.ofArray(inputs.get(i).pack()));
        }
        return bound;
    }

    private static long differences(Contest contest, Executor bytecode) {
        List<Tensor> expected = Interpreter.run(contest.graph, contest.inputs, null);
        List<Tensor> actual = bytecode.run(contest.inputs);
        long differing = 0;
        for (int i = 0; i < expected.size(); i++) {
            differing += actual.get(i).countDifferences(expected.get(i));
        }
        return differing;
    }

    /** The slowest steps, by the fastest of many runs. */
    private static void steps(Manifest manifest, Executor.Bound bound, int most) {
        double[] least = new double[manifest.steps().size()];
        java.util.Arrays.fill(least, Double.POSITIVE_INFINITY);
        for (int run = 0; run < 200; run++) {
            long[] last = {System.nanoTime()};
            bound.run(step -> {
                long now = System.nanoTime();
                least[step] = Math.min(least[step], now - last[0]);
                last[0] = now;
            });
        }
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < least.length; i++) {
            order.add(i);
        }
        order.sort((a, b) -> Double.compare(least[b], least[a]));
        System.out.printf("%n| step of %d | kernel | us | GMAC/s |%n|---|---|---:|---:|%n", least.length);
        for (int i : order.subList(0, Math.min(most, order.size()))) {
            Manifest.Step step = manifest.steps().get(i);
            System.out.printf("| %s %s | %s | %s | %.1f |%n", step.op(), step.name(), step.kernel(),
                    SideBySide.micros(least[i]), step.macs() / least[i]);
        }
        System.out.println();
    }
}
