package quantwright.compiler.importer.tflite;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.importer.ModelImporter;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.loc.Location;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.ConstraintViolation;
import quantwright.ir.op.Elu;
import quantwright.ir.op.QuantOp;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.op.ResizeMode;
import quantwright.ir.op.UnaryKind;

/**
 * Imports TensorFlow Lite models. Float operators become ops on reals; quantized ones become integer ops whose rounding
 * is that of TensorFlow Lite's built-in kernels (preset {@code tflite}), so that the graph means the bytes that runtime
 * computes. SAME padding is made explicit, a fused activation becomes a node on reals and a clamp on integers, and
 * unsigned types are kept as they are. Only the first subgraph is read.
 */
public final class TfliteImporter implements ModelImporter {
    /** A stateless importer. */
    public TfliteImporter() {
    }

    @Override
    public String format() {
        return "TensorFlow Lite";
    }

    @Override
    public boolean accepts(Path file) {
        var name = file.getFileName();
        return name != null && name.toString().toLowerCase(Locale.ROOT).endsWith(".tflite")
            || TfliteFile.hasIdentifier(file);
    }

    @Override
    public Graph importModel(Path file, ImportOptions options, DiagnosticSink sink) {
        TfliteFile model;
        try {
            model = TfliteFile.read(file);
        } catch (FormatException e) {
            sink.report(e.diagnostic());
            sink.throwIfErrors();
            throw new IllegalStateException(e);
        }
        return importModel(model, options, sink);
    }

    /** Imports tables already read; the file's name is the model's. */
    static Graph importModel(TfliteFile model, ImportOptions options, DiagnosticSink sink) {
        var source = model.subgraphs().getFirst();
        var graph = new Graph(modelName(model.name()), Level.GRAPH);
        var whole = Location.file(Path.of(model.name()));
        var builder = new GraphBuilder(model, source, graph);
        checkOptions(model, options, sink, whole);
        builder.at(whole);
        for (int input : source.inputs()) {
            guard(sink, whole, () -> builder.addInput(input, options));
        }
        for (var operator : source.operators()) {
            var place = new Location.InModel(model.name(), operator.codeName(), nameOf(source, operator),
                operator.index());
            builder.at(place);
            guard(sink, place, () -> importOperator(new OperatorSite(builder, operator)));
        }
        for (int output : source.outputs()) {
            guard(sink, whole, () -> builder.addOutput(output));
        }
        sink.throwIfErrors();
        for (var node : graph) {
            if (node.op() instanceof QuantOp) {
                graph.setLevel(Level.QUANT);
            }
        }
        return graph;
    }

    private static String modelName(String file) {
        var name = Path.of(file).getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    /** Operators have no names in this format; the first result's stands for it. */
    private static String nameOf(TfliteFile.SubGraph source, TfliteFile.Operator operator) {
        return operator.outputs().length == 0 ? "" : source.tensors().get(operator.outputs()[0]).name();
    }

    private static void checkOptions(TfliteFile model, ImportOptions options, DiagnosticSink sink, Location whole) {
        Set<String> known = new HashSet<>();
        var source = model.subgraphs().getFirst();
        for (int input : source.inputs()) {
            var tensor = source.tensors().get(input);
            known.add(tensor.name());
            for (int axis = 0; axis < tensor.shape().length; axis++) {
                known.add(tensor.name() + ":" + axis);
            }
        }
        for (var symbol : options.dims().keySet()) {
            if (!symbol.contains(":") || !known.contains(symbol)) {
                sink.report(ImportDiagnostic.BAD_BINDING, whole, "no input extent is called '" + symbol
                    + "'; in this format extents go by INPUT:AXIS");
            }
        }
        for (var input : options.fixedInputs().keySet()) {
            if (!known.contains(input)) {
                sink.report(ImportDiagnostic.BAD_BINDING, whole, "no input is called '" + input + "'");
            }
        }
    }

    private interface Step {
        void run() throws NotImported;
    }

    /** Runs one step; what is wrong with it is reported, and the next step goes on. */
    private static void guard(DiagnosticSink sink, Location place, Step step) {
        try {
            step.run();
        } catch (NotImported e) {
            if (e.code() != null) {
                sink.report(e.code(), place, e.getMessage());
            }
        } catch (ConstraintViolation e) {
            sink.report(ImportDiagnostic.BAD_SHAPE, place, e.getMessage());
        } catch (IllegalArgumentException | ArithmeticException e) {
            // Records of the IR check their attributes so; the values are the file's.
            sink.report(ImportDiagnostic.BAD_ATTRIBUTE, place, String.valueOf(e.getMessage()));
        }
    }

    private static void importOperator(OperatorSite site) throws NotImported {
        var operator = site.operator();
        if (operator.code().isEmpty()) {
            throw unsupported(operator);
        }
        switch (operator.code().get()) {
            case CONV_2D -> WindowOperators.convolution(site);
            case DEPTHWISE_CONV_2D -> WindowOperators.depthwise(site);
            case FULLY_CONNECTED -> WindowOperators.fullyConnected(site);
            case AVERAGE_POOL_2D -> WindowOperators.averagePool(site);
            case MAX_POOL_2D -> WindowOperators.maxPool(site);
            case ADD -> ElementwiseOperators.binary(site, BinaryKind.ADD);
            case SUB -> ElementwiseOperators.binary(site, BinaryKind.SUB);
            case MUL -> ElementwiseOperators.binary(site, BinaryKind.MUL);
            case DIV -> ElementwiseOperators.binary(site, BinaryKind.DIV);
            case MAXIMUM -> ElementwiseOperators.binary(site, BinaryKind.MAX);
            case MINIMUM -> ElementwiseOperators.binary(site, BinaryKind.MIN);
            case POW -> ElementwiseOperators.binary(site, BinaryKind.POW);
            case SOFTMAX -> ElementwiseOperators.softmax(site);
            case LOG_SOFTMAX -> ElementwiseOperators.logSoftmax(site);
            case MEAN -> ElementwiseOperators.reduce(site, ReduceKind.MEAN);
            case SUM -> ElementwiseOperators.reduce(site, ReduceKind.SUM);
            case REDUCE_MAX -> ElementwiseOperators.reduce(site, ReduceKind.MAX);
            case REDUCE_MIN -> ElementwiseOperators.reduce(site, ReduceKind.MIN);
            case REDUCE_PROD -> ElementwiseOperators.reduce(site, ReduceKind.PROD);
            case QUANTIZE -> ElementwiseOperators.quantize(site);
            case DEQUANTIZE -> ElementwiseOperators.dequantize(site);
            case CAST -> ElementwiseOperators.cast(site);
            case RELU, RELU6, RELU_N1_TO_1, LOGISTIC, TANH, HARD_SWISH, GELU, LEAKY_RELU, ELU, EXP, LOG, SQRT, NEG,
                 ABS, FLOOR, CEIL, ROUND, SIN, COS, SQUARE -> importFunction(site, operator.code().get());
            default -> importMovement(site, operator.code().get());
        }
    }

    private static void importFunction(OperatorSite site, BuiltinOperator code) throws NotImported {
        switch (code) {
            case RELU -> ElementwiseOperators.clipping(site, Activation.RELU);
            case RELU6 -> ElementwiseOperators.clipping(site, Activation.RELU6);
            case RELU_N1_TO_1 -> ElementwiseOperators.clipping(site, Activation.RELU_N1_TO_1);
            case LOGISTIC -> ElementwiseOperators.logistic(site);
            case TANH -> ElementwiseOperators.tanh(site);
            case HARD_SWISH -> ElementwiseOperators.hardSwish(site);
            case GELU -> ElementwiseOperators.gelu(site);
            case LEAKY_RELU -> ElementwiseOperators.leakyRelu(site);
            case ELU -> ElementwiseOperators.unary(site, new Elu(1), null);
            case EXP -> ElementwiseOperators.real(site, UnaryKind.EXP);
            case LOG -> ElementwiseOperators.real(site, UnaryKind.LOG);
            case SQRT -> ElementwiseOperators.real(site, UnaryKind.SQRT);
            case NEG -> ElementwiseOperators.real(site, UnaryKind.NEG);
            case ABS -> ElementwiseOperators.real(site, UnaryKind.ABS);
            case FLOOR -> ElementwiseOperators.real(site, UnaryKind.FLOOR);
            case CEIL -> ElementwiseOperators.real(site, UnaryKind.CEIL);
            case ROUND -> ElementwiseOperators.real(site, UnaryKind.ROUND);
            case SIN -> ElementwiseOperators.real(site, UnaryKind.SIN);
            case COS -> ElementwiseOperators.real(site, UnaryKind.COS);
            case SQUARE -> ElementwiseOperators.square(site);
            default -> throw unsupported(site.operator());
        }
    }

    private static void importMovement(OperatorSite site, BuiltinOperator code) throws NotImported {
        switch (code) {
            case RESHAPE, SQUEEZE, EXPAND_DIMS -> MovementOperators.reshape(site);
            case TRANSPOSE -> MovementOperators.transpose(site);
            case CONCATENATION -> MovementOperators.concatenation(site);
            case PACK -> MovementOperators.pack(site);
            case UNPACK -> MovementOperators.unpack(site);
            case SPLIT -> MovementOperators.split(site);
            case SLICE -> MovementOperators.plainSlice(site);
            case STRIDED_SLICE -> MovementOperators.stridedSlice(site);
            case PAD, PADV2 -> MovementOperators.pad(site);
            case RESIZE_BILINEAR -> MovementOperators.resize(site, ResizeMode.LINEAR);
            case RESIZE_NEAREST_NEIGHBOR -> MovementOperators.resize(site, ResizeMode.NEAREST);
            case SHAPE -> MovementOperators.shape(site);
            case GATHER -> MovementOperators.gather(site);
            case DEPTH_TO_SPACE -> MovementOperators.depthToSpace(site);
            case SPACE_TO_DEPTH -> MovementOperators.spaceToDepth(site);
            case BATCH_MATMUL -> MovementOperators.matMul(site);
            case UNIDIRECTIONAL_SEQUENCE_LSTM -> LstmOperator.of(site);
            default -> throw unsupported(site.operator());
        }
    }

    private static NotImported unsupported(TfliteFile.Operator operator) {
        return new NotImported(ImportDiagnostic.UNSUPPORTED_OP, operator.codeName() + " (version "
            + operator.version() + ") has no import");
    }
}
