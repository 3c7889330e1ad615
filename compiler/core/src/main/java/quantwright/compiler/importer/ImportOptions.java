package quantwright.compiler.importer;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import quantwright.ir.data.ConstantData;

/**
 * What the user fixes when a model is imported.
 *
 * @param dims extents of symbolic dimensions by symbol ({@code --dim N=4}); a dimension without a symbol goes by
 *     {@code INPUT:AXIS}, for example {@code x:2}
 * @param fixedInputs graph inputs that become constants, by name; they are no inputs of the resulting graph
 */
public record ImportOptions(Map<String, Integer> dims, Map<String, ConstantData> fixedInputs) {
    /** Copies the maps, in order of the names. */
    public ImportOptions {
        dims = Collections.unmodifiableMap(new TreeMap<>(dims));
        fixedInputs = Collections.unmodifiableMap(new TreeMap<>(fixedInputs));
    }

    /** Nothing fixed: a leading batch symbol is 1. */
    public static ImportOptions none() {
        return new ImportOptions(Map.of(), Map.of());
    }

    /** These options with one more dimension bound. */
    public ImportOptions withDim(String symbol, int extent) {
        TreeMap<String, Integer> copy = new TreeMap<>(dims);
        copy.put(symbol, extent);
        return new ImportOptions(copy, fixedInputs);
    }

    /** These options with one more input fixed to a value. */
    public ImportOptions withFixedInput(String input, ConstantData value) {
        TreeMap<String, ConstantData> copy = new TreeMap<>(fixedInputs);
        copy.put(input, value);
        return new ImportOptions(dims, copy);
    }
}
