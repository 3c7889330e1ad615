package quantwright.compiler.importer.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.importer.onnx.generated.GraphProto;
import quantwright.compiler.importer.onnx.generated.NodeProto;
import quantwright.compiler.importer.onnx.generated.TensorProto;
import quantwright.compiler.importer.onnx.generated.TypeProto;
import quantwright.compiler.importer.onnx.generated.ValueInfoProto;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.loc.Location;
import quantwright.ir.op.ConstraintViolation;
import quantwright.ir.op.Identity;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.QuantOp;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** One import: walks the model's graph once, in order, and collects everything wrong with it. */
final class GraphImport {
    private final OnnxFile file;
    private final GraphProto source;
    private final int opset;
    private final ImportOptions options;
    private final DiagnosticSink sink;
    private final OpTable table = OpTable.standard();
    private final Location model;
    private final String modelName;
    private final Graph graph;
    private final Emitter emitter;
    private final Map<String, TensorProto> initializers = new HashMap<>();
    private final Map<String, Edge> edges = new HashMap<>();
    /** Names whose computation failed or is not supported; nodes that use them are passed over in silence. */
    private final Set<String> lost = new HashSet<>();

    GraphImport(OnnxFile file, int opset, ImportOptions options, DiagnosticSink sink) {
        this.file = file;
        this.source = file.model().getGraph();
        this.opset = opset;
        this.options = options;
        this.sink = sink;
        this.model = Location.file(file.path());
        this.modelName = file.path().getFileName().toString();
        this.graph = new Graph(source.getName().isEmpty() ? "model" : source.getName(), Level.GRAPH);
        this.emitter = new Emitter(graph, OnnxImporter.size(file.path()));
    }

    /** Does it; the graph is of use only if nothing was reported. */
    Graph run() {
        reportUnsupported();
        indexInitializers();
        addInputs();
        Map<String, Integer> producers = producers();
        for (int i = 0; i < source.getNodeCount(); i++) {
            translate(i, source.getNode(i), producers);
        }
        addOutputs();
        eraseUnused();
        for (Node node : graph) {
            if (node.op() instanceof QuantOp) {
                graph.setLevel(Level.QUANT);
            }
        }
        return graph;
    }

    /** Drops what no output needs: folded operands, and what the model computes in vain. */
    private void eraseUnused() {
        Set<Value> outputs = new HashSet<>(graph.outputs());
        for (Node node : graph.nodes().reversed()) {
            if (node.results().stream().allMatch(r -> r.users().isEmpty() && !outputs.contains(r))) {
                graph.erase(node);
            }
        }
    }

    private Location location(int index) {
        NodeProto node = source.getNode(index);
        return new Location.InModel(modelName, node.getOpType(), node.getName(), index);
    }

    private void reportUnsupported() {
        for (int i = 0; i < source.getNodeCount(); i++) {
            NodeProto node = source.getNode(i);
            if (table.find(node.getDomain(), node.getOpType()) == null) {
                String domain = node.getDomain().isEmpty() ? "" : " of domain '" + node.getDomain() + "'";
                sink.report(ImportDiagnostic.UNSUPPORTED_OP, location(i),
                        "operator " + node.getOpType() + domain + " is not supported");
            }
        }
    }

    private void indexInitializers() {
        for (TensorProto tensor : source.getInitializerList()) {
            if (initializers.put(tensor.getName(), tensor) != null) {
                sink.report(ImportDiagnostic.BAD_GRAPH, model, "initializer '" + tensor.getName() + "' occurs twice");
            }
        }
        if (source.getSparseInitializerCount() > 0) {
            sink.report(ImportDiagnostic.UNSUPPORTED_TYPE, model, "sparse initializers are not supported: '"
                    + source.getSparseInitializer(0).getValues().getName() + "'");
            source.getSparseInitializerList().forEach(s -> lost.add(s.getValues().getName()));
        }
    }

    private void addInputs() {
        List<ValueInfoProto> inputs = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (ValueInfoProto input : source.getInputList()) {
            if (!names.add(input.getName())) {
                sink.report(ImportDiagnostic.BAD_GRAPH, model, "input '" + input.getName() + "' occurs twice");
            } else if (!initializers.containsKey(input.getName())) {
                inputs.add(input);
            }
        }
        DimensionBinder binder = new DimensionBinder(options.dims(), inputs, sink, model);
        for (ValueInfoProto input : inputs) {
            addInput(input, binder);
        }
        binder.checkBindings();
        options.fixedInputs().keySet().stream().filter(n -> inputs.stream().noneMatch(i -> i.getName().equals(n)))
                .forEach(n -> sink.report(ImportDiagnostic.BAD_BINDING, model, "there is no input '" + n + "' to fix"));
    }

    private void addInput(ValueInfoProto input, DimensionBinder binder) {
        String name = input.getName();
        if (input.getType().getValueCase() != TypeProto.ValueCase.TENSOR_TYPE) {
            sink.report(ImportDiagnostic.UNSUPPORTED_TYPE, model, "input '" + name + "' is no tensor but "
                    + input.getType().getValueCase());
            lost.add(name);
            return;
        }
        try {
            ScalarType element = OnnxTypes.scalar(input.getType().getTensorType().getElemType());
            ConstantData fixed = options.fixedInputs().get(name);
            if (fixed != null) {
                if (fixed.type().element() != element) {
                    sink.report(ImportDiagnostic.BAD_BINDING, model, "input '" + name + "' is " + element
                            + ", the value given is " + fixed.type().element());
                }
                edges.put(name, Edge.constant(fixed, name));
                return;
            }
            Shape shape = binder.shape(input);
            if (shape == null) {
                lost.add(name);
            } else {
                edges.put(name, Edge.of(graph.addInput(name, new TensorType(element, shape))));
            }
        } catch (ImportFailure e) {
            sink.report(e.code(), model, "input '" + name + "': " + e.getMessage());
            lost.add(name);
        }
    }

    /** Which node gives each name; reports names given twice. */
    private Map<String, Integer> producers() {
        Map<String, Integer> producers = new HashMap<>();
        for (int i = 0; i < source.getNodeCount(); i++) {
            for (String output : source.getNode(i).getOutputList()) {
                if (!output.isEmpty() && (producers.put(output, i) != null || edges.containsKey(output)
                        || initializers.containsKey(output))) {
                    sink.report(ImportDiagnostic.BAD_GRAPH, location(i), "'" + output + "' is defined a second time");
                }
            }
        }
        return producers;
    }

    private void translate(int index, NodeProto node, Map<String, Integer> producers) {
        Location at = location(index);
        OpTable.Handler handler = table.find(node.getDomain(), node.getOpType());
        List<Edge> inputs = new ArrayList<>();
        boolean complete = handler != null;
        for (String input : node.getInputList()) {
            complete &= addOperand(input, inputs, at, index, producers);
        }
        if (!complete || !translate(node, handler, inputs, at)) {
            node.getOutputList().stream().filter(o -> !edges.containsKey(o)).forEach(lost::add);
        }
    }

    private boolean addOperand(String name, List<Edge> operands, Location at, int index,
                               Map<String, Integer> producers) {
        if (name.isEmpty()) {
            operands.add(null);
            return true;
        }
        if (lost.contains(name)) {
            return false;
        }
        Edge edge = find(name, at);
        if (edge == null && !lost.contains(name)) {
            Integer producer = producers.get(name);
            sink.report(ImportDiagnostic.BAD_GRAPH, at, "input '" + name + "' "
                    + (producer == null ? "is defined nowhere" : producer == index ? "is the node's own output"
                    : "is defined only by node #" + producer + ": nodes are not in order, or form a cycle"));
        }
        operands.add(edge);
        return edge != null;
    }

    /** The tensor of that name; an initializer is loaded when it is first used. */
    private Edge find(String name, Location at) {
        Edge edge = edges.get(name);
        if (edge == null && initializers.containsKey(name)) {
            try {
                edge = Edge.constant(OnnxTypes.data(initializers.get(name), file), name);
                edges.put(name, edge);
            } catch (ImportFailure e) {
                sink.report(e.code(), at, e.getMessage());
                lost.add(name);
            }
        }
        return edge;
    }

    private boolean translate(NodeProto node, OpTable.Handler handler, List<Edge> inputs, Location at) {
        emitter.at(at);
        try {
            Attributes attributes = new Attributes(node);
            boolean[] wanted = new boolean[node.getOutputCount()];
            for (int i = 0; i < wanted.length; i++) {
                wanted[i] = !node.getOutput(i).isEmpty();
            }
            NodeContext cx = new NodeContext(file, opset, attributes, emitter, inputs, wanted);
            handler.translate(cx);
            if (!attributes.unread().isEmpty()) {
                throw new ImportFailure(ImportDiagnostic.UNSUPPORTED_ATTRIBUTE,
                        "attribute '" + attributes.unread().get(0) + "' is not known for this operator");
            }
            for (int i = 0; i < wanted.length; i++) {
                if (wanted[i]) {
                    define(node.getOutput(i), cx.output(i), i);
                }
            }
            return true;
        } catch (ImportFailure e) {
            sink.report(e.code(), at, e.getMessage());
        } catch (ConstraintViolation e) {
            sink.report(ImportDiagnostic.BAD_SHAPE, at, e.getMessage());
        } catch (IllegalArgumentException | ArithmeticException e) {
            // Shapes, windows and quantized types refuse what cannot be.
            sink.report(ImportDiagnostic.BAD_SHAPE, at, String.valueOf(e.getMessage()));
        }
        return false;
    }

    private void define(String name, Edge edge, int output) {
        if (edge == null) {
            throw new ImportFailure(ImportDiagnostic.UNSUPPORTED_ATTRIBUTE, "output " + output + " is not supported");
        }
        if (edge.isConstant()) {
            edges.put(name, edge.named(name));
            return;
        }
        Edge own = edge;
        if (edge.value().isInput() || !edge.value().name().isEmpty()) {
            own = emitter.emit(new Identity(), edge);
        }
        own.value().setName(name);
        edges.put(name, own);
    }

    private void addOutputs() {
        if (source.getOutputCount() == 0) {
            sink.report(ImportDiagnostic.BAD_GRAPH, model, "the graph has no outputs");
        }
        emitter.at(Location.UNKNOWN);
        Set<String> names = new HashSet<>();
        for (ValueInfoProto output : source.getOutputList()) {
            String name = output.getName();
            if (!names.add(name)) {
                sink.report(ImportDiagnostic.BAD_GRAPH, model, "output '" + name + "' occurs twice");
            } else if (!lost.contains(name)) {
                Edge edge = find(name, model);
                if (edge == null) {
                    sink.report(ImportDiagnostic.BAD_GRAPH, model, "output '" + name + "' is defined nowhere");
                } else {
                    addOutput(output, edge);
                }
            }
        }
    }

    private void addOutput(ValueInfoProto output, Edge edge) {
        ElementType element = edge.type().element();
        if (edge.type().isQuantized()) {
            // The model's own type is the plain integer; scale and zero point stay inside.
            graph.addOutput(output.getName(), emitter.value(
                    emitter.emitAs(element.storage(), new QReinterpret(), edge)));
        } else {
            graph.addOutput(output.getName(), emitter.value(edge));
        }
        int declared = output.getType().getTensorType().getElemType();
        if (declared != 0 && !declaredAs(declared, element.storage())) {
            sink.report(ImportDiagnostic.BAD_GRAPH, model, "output '" + output.getName() + "' is " + element.storage()
                    + " but declared as another type (" + declared + ")");
        }
    }

    private static boolean declaredAs(int declared, ScalarType actual) {
        try {
            return OnnxTypes.scalar(declared) == actual;
        } catch (ImportFailure e) {
            return false;
        }
    }
}
