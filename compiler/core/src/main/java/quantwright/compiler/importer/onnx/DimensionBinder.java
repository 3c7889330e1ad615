package quantwright.compiler.importer.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.compiler.importer.onnx.generated.TensorShapeProto;
import quantwright.compiler.importer.onnx.generated.ValueInfoProto;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.loc.Location;
import quantwright.ir.type.Shape;

/**
 * Fixes the symbolic dimensions of a model's inputs: by the user's bindings, else 1 for a symbol that leads an input,
 * else not at all, which is an error that names the symbol.
 */
final class DimensionBinder {
    private final Map<String, Integer> bindings;
    private final Map<String, Integer> defaults = new TreeMap<>();
    private final Set<String> known = new TreeSet<>();
    private final DiagnosticSink sink;
    private final Location location;

    /** Learns the symbols of all inputs. */
    DimensionBinder(Map<String, Integer> bindings, List<ValueInfoProto> inputs, DiagnosticSink sink,
                    Location location) {
        this.bindings = bindings;
        this.sink = sink;
        this.location = location;
        for (ValueInfoProto input : inputs) {
            List<TensorShapeProto.Dimension> dims = input.getType().getTensorType().getShape().getDimList();
            for (int axis = 0; axis < dims.size(); axis++) {
                if (!dims.get(axis).hasDimValue()) {
                    String symbol = symbol(input, axis);
                    known.add(symbol);
                    if (axis == 0) {
                        defaults.put(symbol, 1);
                    }
                }
            }
        }
    }

    private static String symbol(ValueInfoProto input, int axis) {
        String param = input.getType().getTensorType().getShape().getDim(axis).getDimParam();
        return param.isEmpty() ? input.getName() + ":" + axis : param;
    }

    /** The fixed shape of an input; null if something about it was reported. */
    Shape shape(ValueInfoProto input) {
        if (!input.getType().getTensorType().hasShape()) {
            sink.report(ImportDiagnostic.UNBOUND_DIMENSION, location, "input '" + input.getName()
                    + "' states no shape");
            return null;
        }
        List<TensorShapeProto.Dimension> dims = input.getType().getTensorType().getShape().getDimList();
        List<Long> extents = new ArrayList<>();
        boolean complete = true;
        for (int axis = 0; axis < dims.size(); axis++) {
            if (dims.get(axis).hasDimValue()) {
                extents.add(dims.get(axis).getDimValue());
                continue;
            }
            String symbol = symbol(input, axis);
            Integer extent = bindings.getOrDefault(symbol, defaults.get(symbol));
            if (extent == null) {
                sink.report(ImportDiagnostic.UNBOUND_DIMENSION, location, "dimension '" + symbol + "' (axis " + axis
                        + " of input '" + input.getName() + "') is not bound", "bind it: --dim " + symbol + "=EXTENT");
                complete = false;
            } else {
                extents.add(extent.longValue());
            }
        }
        if (!complete) {
            return null;
        }
        try {
            return OnnxTypes.shape(extents);
        } catch (ImportFailure e) {
            sink.report(e.code(), location, "input '" + input.getName() + "': " + e.getMessage());
            return null;
        }
    }

    /** Reports bindings of symbols that the model does not have, and extents that cannot be. */
    void checkBindings() {
        bindings.forEach((symbol, extent) -> {
            if (!known.contains(symbol)) {
                sink.report(ImportDiagnostic.BAD_BINDING, location, "no input has a dimension '" + symbol + "'",
                        known.isEmpty() ? "all dimensions are fixed"
                                : "dimensions to bind: " + String.join(", ", known));
            } else if (extent < 1) {
                sink.report(ImportDiagnostic.BAD_BINDING, location, "dimension '" + symbol + "' cannot be " + extent);
            }
        });
    }
}
