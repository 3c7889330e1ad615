package quantwright.backend;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Description of an artifact, written as {@code manifest.json}.
 *
 * @param format version of the artifact format
 * @param tool version of the tool that wrote it
 * @param model name of the model
 * @param profile id of the profile
 * @param profileHash hash of the resolved profile
 * @param backend id of the backend that wrote and loads it
 * @param symbol prefix of the C symbols
 * @param arenaBytes size of the arena
 * @param arenaAlignment alignment of the arena in bytes
 * @param arenaLowerBound largest sum of sizes of tensors alive at once
 * @param constantBytes packed weights, biases and tables
 * @param codeBytes machine code
 * @param requiredFeatures instruction-set extensions the code uses
 * @param inputs inputs, in order
 * @param outputs outputs, in order
 * @param steps kernel calls, in order
 * @param tensors where materialised values lie, by step
 * @param files SHA-256 of each other file
 */
public record Manifest(int format, String tool, String model, String profile, String profileHash, String backend,
                       String symbol, long arenaBytes, int arenaAlignment, long arenaLowerBound, long constantBytes,
                       long codeBytes, List<String> requiredFeatures, List<Port> inputs, List<Port> outputs,
                       List<Step> steps, List<Placed> tensors, Map<String, String> files) {
    /** The artifact format this version reads and writes. */
    public static final int FORMAT = 1;

    /** Copies the collections. */
    public Manifest {
        requiredFeatures = List.copyOf(requiredFeatures);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        steps = List.copyOf(steps);
        tensors = List.copyOf(tensors);
        files = Map.copyOf(files);
    }

    /** This manifest with the given file hashes. */
    public Manifest withFiles(Map<String, String> hashes) {
        return new Manifest(format, tool, model, profile, profileHash, backend, symbol, arenaBytes, arenaAlignment,
                arenaLowerBound, constantBytes, codeBytes, requiredFeatures, inputs, outputs, steps, tensors, hashes);
    }

    /**
     * A model input or output.
     *
     * @param name the model's name
     * @param element stored scalar type
     * @param shape extents
     * @param scale scale if quantized per tensor, else 0
     * @param zeroPoint zero point if quantized
     */
    public record Port(String name, String element, List<Integer> shape, float scale, int zeroPoint) {
        /** Copies the list. */
        public Port {
            shape = List.copyOf(shape);
        }

        /** The port of a value. */
        public static Port of(String name, TensorType type) {
            boolean quantized = type.element() instanceof QuantizedType.PerTensor;
            return new Port(name, type.storage().toString(), Arrays.stream(type.shape().toArray()).boxed().toList(),
                    quantized ? type.quantized().scale(0) : 0, quantized ? type.quantized().zeroPoint(0) : 0);
        }

        /** The tensor type. */
        public TensorType type() {
            ScalarType scalar = Arrays.stream(ScalarType.values()).filter(t -> t.toString().equals(element)).findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no element type '" + element + "'"));
            return new TensorType(scale > 0 ? QuantizedType.perTensor(scalar, scale, zeroPoint) : scalar,
                    Shape.of(shape.stream().mapToInt(Integer::intValue).toArray()));
        }
    }

    /**
     * One kernel call.
     *
     * @param name name of the value it computes
     * @param op what it computes, ops joined by {@code +}
     * @param kernel the kernel's name
     * @param macs multiply-accumulates
     */
    public record Step(String name, String op, String kernel, long macs) {
    }

    /**
     * A materialised value.
     *
     * @param name name of the value in the graph
     * @param step index of the step that computes it
     * @param offset byte offset of element 0 in the arena
     * @param element stored scalar type
     * @param shape extents
     * @param strides bytes from one index to the next, for each axis
     * @param flip bits each stored byte is XORed with
     */
    public record Placed(String name, int step, long offset, String element, List<Integer> shape, List<Long> strides,
                         int flip) {
        /** Copies the lists. */
        public Placed {
            shape = List.copyOf(shape);
            strides = List.copyOf(strides);
        }
    }
}
