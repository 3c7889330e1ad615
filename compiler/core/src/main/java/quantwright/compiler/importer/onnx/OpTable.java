package quantwright.compiler.importer.onnx;

import java.util.HashMap;
import java.util.Map;

/** The operators that can be imported, by domain and name. */
final class OpTable {
    /** Translates one node: reads operands and attributes, appends ops, sets outputs. */
    @FunctionalInterface
    interface Handler {
        /**
         * Translates.
         *
         * @throws ImportFailure if this form cannot be translated
         */
        void translate(NodeContext cx);
    }

    private final Map<String, Handler> handlers = new HashMap<>();

    private OpTable() {
    }

    /** Every operator there is a translation for. */
    static OpTable standard() {
        OpTable table = new OpTable();
        ConvolutionOps.register(table);
        PoolOps.register(table);
        ProductOps.register(table);
        ElementwiseOps.register(table);
        ActivationOps.register(table);
        NormalizationOps.register(table);
        ReductionOps.register(table);
        ShapeOps.register(table);
        MovementOps.register(table);
        ConstantOps.register(table);
        ResizeOps.register(table);
        QuantizeOps.register(table);
        QuantizedProductOps.register(table);
        RecurrentOps.register(table);
        MicrosoftOps.register(table);
        return table;
    }

    /** Adds an operator of the default domain. */
    void add(String opType, Handler handler) {
        handlers.put(key("", opType), handler);
    }

    /** Adds an operator of another domain. */
    void add(String domain, String opType, Handler handler) {
        handlers.put(key(domain, opType), handler);
    }

    /** The translation of an operator, or null. */
    Handler find(String domain, String opType) {
        return handlers.get(key(domain, opType));
    }

    private static String key(String domain, String opType) {
        return domain.isEmpty() || domain.equals("ai.onnx") ? opType : domain + "/" + opType;
    }
}
