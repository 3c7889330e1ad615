package quantwright.compiler.conformance;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import quantwright.compiler.data.NpyFile;
import quantwright.compiler.data.NumericArray;
import quantwright.compiler.data.NumericType;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.Tensor;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.op.Constant;
import quantwright.ir.text.QirPrinter;
import quantwright.profiles.HardwareProfile;

/**
 * Writes test vectors of a chip: for every case a folder with the op and its attributes ({@code op.qir}), and every tensor
 * as {@code .npy}: inputs, weights, bias, the sums of products before they are rescaled, outputs. The values are those of
 * the reference interpreter under the profile's arithmetic; the same profile gives the same bytes.
 */
public final class ConformanceVectors {
    /**
     * What was written for a case.
     *
     * @param name folder
     * @param op mnemonic of the op that computes the output {@code y}
     * @param tensors its tensors
     */
    public record Entry(String name, String op, List<Stored> tensors) {
        /** Copies the list. */
        public Entry {
            tensors = List.copyOf(tensors);
        }
    }

    /**
     * A stored tensor.
     *
     * @param name file without extension
     * @param role {@code input}, {@code constant} or {@code output}
     * @param type its type with scales and zero points, as in a {@code .qir}; elements narrower than 8 bits take a byte each
     */
    public record Stored(String name, String role, String type) {
    }

    private ConformanceVectors() {
    }

    /**
     * Writes all cases of a profile into an existing folder.
     *
     * @throws IOException if a file cannot be written
     */
    public static List<Entry> write(HardwareProfile profile, Path folder) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (ConformanceCases.Case c : ConformanceCases.of(profile)) {
            entries.add(write(c, Files.createDirectories(folder.resolve(c.name()))));
        }
        return entries;
    }

    private static Entry write(ConformanceCases.Case c, Path folder) throws IOException {
        Graph graph = c.graph();
        Files.writeString(folder.resolve("op.qir"), QirPrinter.print(graph));
        List<Stored> stored = new ArrayList<>();
        for (int i = 0; i < graph.inputs().size(); i++) {
            store(graph.inputs().get(i), "input", c.inputs().get(i), folder, stored);
        }
        for (Node node : graph) {
            if (node.op() instanceof Constant constant) {
                store(node.result(), "constant", constant.data().toTensor(), folder, stored);
            }
        }
        List<Tensor> outputs = Interpreter.run(graph, c.inputs(), null);
        for (int i = 0; i < outputs.size(); i++) {
            store(graph.outputs().get(i), "output", outputs.get(i), folder, stored);
        }
        return new Entry(c.name(), graph.last().op().mnemonic(), stored);
    }

    private static void store(Value value, String role, Tensor tensor, Path folder, List<Stored> to) throws IOException {
        NpyFile.write(folder.resolve(value.name() + ".npy"), array(tensor));
        to.add(new Stored(value.name(), role, tensor.type().toString()));
    }

    /** The stored integers, the narrow ones a byte each. */
    private static NumericArray array(Tensor tensor) {
        int bytes = switch (tensor.type().storage()) {
            case I32, U32 -> 4;
            case I16, U16 -> 2;
            default -> 1;
        };
        byte[] data = new byte[tensor.size() * bytes];
        for (int i = 0; i < tensor.size(); i++) {
            long value = tensor.integer(i);
            for (int b = 0; b < bytes; b++) {
                data[i * bytes + b] = (byte) (value >> (8 * b));
            }
        }
        int[] extents = tensor.type().shape().toArray();
        long[] shape = java.util.Arrays.stream(extents).asLongStream().toArray();
        NumericType type = bytes == 4 ? NumericType.I32 : bytes == 2 ? NumericType.I16 : NumericType.I8;
        return new NumericArray(type, shape, MemorySegment.ofArray(data));
    }
}
