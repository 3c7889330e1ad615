package quantwright.compiler.evaluate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.Executor;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.driver.Program;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.Tensor;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.op.Constant;
import quantwright.ir.type.ScalarType;

/**
 * Differences between a program's code and the reference interpreter on its graph, in every tensor that the memory plan
 * materialises and in every output. NaNs of any payload are equal.
 *
 * @param samples samples compared
 * @param tensors a row for each materialised tensor, in execution order, and then for each output
 * @param bytes bytes compared
 * @param differingBytes bytes that differ
 * @param unmatched materialised values that the graph has no value for, hence not compared
 */
public record BitComparison(long samples, List<Row> tensors, long bytes, long differingBytes, List<String> unmatched) {
    /** Copies the lists. */
    public BitComparison {
        tensors = List.copyOf(tensors);
        unmatched = List.copyOf(unmatched);
    }

    /**
     * One tensor over all samples.
     *
     * @param name name of the value, or of the output
     * @param output whether it is an output of the model
     * @param bytes bytes compared
     * @param differingBytes bytes that differ
     */
    public record Row(String name, boolean output, long bytes, long differingBytes) {
    }

    /** Whether not one byte differs and every materialised value was compared. */
    public boolean equal() {
        return differingBytes == 0 && unmatched.isEmpty();
    }

    /**
     * Compares on samples, one at a time, on every processor.
     *
     * @param count how many samples, from the first
     */
    public static BitComparison of(Program program, ModelFeed feed, long count, Progress progress) {
        return of(program, sample -> Predictions.inputs(feed, sample), count, progress);
    }

    /** Gives the inputs of a sample. */
    @FunctionalInterface
    public interface Inputs {
        /** One tensor for each input of the model. */
        List<Tensor> of(long sample);
    }

    /**
     * Compares on given inputs, on every processor.
     *
     * @param count how many samples
     */
    public static BitComparison of(Program program, Inputs inputs, long count, Progress progress) {
        Tally tally = new Tally(program);
        ParallelSamples.run("comparing", count, program::open, progress,
                (sample, executor) -> tally.add(executor, inputs.of(sample)));
        return tally.result(count);
    }

    /** Counts of all samples so far. */
    private static final class Tally {
        private final Program program;
        private final Map<String, Long> bytes = new HashMap<>();
        private final Map<String, Long> different = new HashMap<>();
        private final Set<String> unmatched = new HashSet<>();

        Tally(Program program) {
            this.program = program;
            // Read before the workers start.
            program.graph();
        }

        void add(Executor executor, List<Tensor> inputs) {
            Map<String, Tensor> materialised = new TreeMap<>();
            List<Tensor> actual = executor.run(inputs, materialised::put);
            Map<String, long[]> counts = new TreeMap<>();
            List<Tensor> expected = Interpreter.run(program.graph(), inputs, (value, tensor) -> {
                Tensor other = materialised.get(value.name());
                if (other != null && !isConstant(value)) {
                    counts.put(value.name(), new long[] {bytesOf(tensor), differences(tensor, other)});
                }
            });
            for (int i = 0; i < expected.size(); i++) {
                counts.put(outputKey(program.outputNames().get(i)), new long[] {bytesOf(expected.get(i)),
                        differences(expected.get(i), actual.get(i))});
            }
            Set<String> missing = new HashSet<>(materialised.keySet());
            missing.removeAll(counts.keySet());
            synchronized (this) {
                counts.forEach((name, c) -> {
                    bytes.merge(name, c[0], Long::sum);
                    different.merge(name, c[1], Long::sum);
                });
                unmatched.addAll(missing);
            }
        }

        private static boolean isConstant(Value value) {
            return value.producer() != null && value.producer().op() instanceof Constant;
        }

        /** Values and outputs may share a name; no value's name begins with a NUL. */
        private static String outputKey(String name) {
            return "\0" + name;
        }

        synchronized BitComparison result(long samples) {
            List<Row> rows = new ArrayList<>();
            for (Node node : program.graph()) {
                for (Value value : node.results()) {
                    if (bytes.containsKey(value.name())) {
                        rows.add(new Row(value.name(), false, bytes.get(value.name()), different.get(value.name())));
                    }
                }
            }
            for (String name : program.outputNames()) {
                rows.add(new Row(name, true, bytes.getOrDefault(outputKey(name), 0L),
                        different.getOrDefault(outputKey(name), 0L)));
            }
            return new BitComparison(samples, rows, rows.stream().mapToLong(Row::bytes).sum(),
                    rows.stream().mapToLong(Row::differingBytes).sum(), unmatched.stream().sorted().toList());
        }
    }

    private static long bytesOf(Tensor tensor) {
        return tensor.type().packedBytes();
    }

    /** Number of bytes that differ; all of them if storage or size do. */
    public static long differences(Tensor expected, Tensor actual) {
        if (expected.type().storage() != actual.type().storage() || expected.size() != actual.size()) {
            return Math.max(1, bytesOf(expected));
        }
        if (expected.countDifferences(actual) == 0) {
            return 0;
        }
        byte[] a = expected.pack();
        byte[] b = actual.pack();
        boolean f32 = expected.type().storage() == ScalarType.F32;
        long different = 0;
        for (int i = 0; i < a.length; i++) {
            boolean nan = f32 && Float.isNaN(expected.floats()[i / 4]) && Float.isNaN(actual.floats()[i / 4]);
            different += a[i] != b[i] && !nan ? 1 : 0;
        }
        return different;
    }
}
