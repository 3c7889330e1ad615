package quantwright.compiler.importer;

import quantwright.ir.diag.DiagnosticCode;
import quantwright.ir.diag.Severity;

/** What can be wrong with a model file; shared by all importers. */
public enum ImportDiagnostic implements DiagnosticCode {
    /** The file cannot be opened or read. */
    UNREADABLE_FILE("QW-I0101", "the model file cannot be read", "check the path and its permissions"),
    /** The bytes are not a model of the format. */
    CORRUPT_FILE("QW-I0102", "the model file is truncated, damaged or of another format",
            "fetch or export the model again"),
    /** A format, schema or operator-set version outside the supported range. */
    UNSUPPORTED_VERSION("QW-I0103", "the version of the format or operator set is not supported",
            "convert the model to a supported version"),
    /** An operator without a translation. */
    UNSUPPORTED_OP("QW-I0104", "the operator is not supported", "replace the operator in the source model"),
    /** A known operator in a form without a translation. */
    UNSUPPORTED_ATTRIBUTE("QW-I0105", "this form of the operator is not supported",
            "export the model with another setting of the attribute"),
    /** An element or value type without a counterpart. */
    UNSUPPORTED_TYPE("QW-I0106", "the element type is not supported", "convert the tensor to a supported type"),
    /** A dimension that nothing fixes. */
    UNBOUND_DIMENSION("QW-I0107", "a dimension of an input is not fixed", "bind it with --dim NAME=EXTENT"),
    /** A binding that names nothing in the model, or an extent that cannot be. */
    BAD_BINDING("QW-I0108", "a binding does not fit the model", "name a symbol or input of the model"),
    /** External data is absent, too short, or outside the model's folder. */
    EXTERNAL_DATA("QW-I0109", "external data cannot be used",
            "keep the data files complete and in the folder of the model"),
    /** Shapes that do not agree, overflow, or do not fit an operator. */
    BAD_SHAPE("QW-I0110", "shapes do not fit", "correct the model, or the dimensions bound with --dim"),
    /** Constant data that does not fit its shape and type. */
    BAD_TENSOR("QW-I0111", "constant data does not fit its declaration", "export the model again"),
    /** Missing, duplicate or cyclic references among nodes. */
    BAD_GRAPH("QW-I0112", "the model's graph is not well formed", "check the model with its framework's own checker"),
    /** An operand that has to be known at compile time and is not. */
    NOT_CONSTANT("QW-I0113", "an operand must be known at compile time",
            "fix the input to a value, or make the operand an initializer"),
    /** An attribute that is missing, of another kind, or outside its range. */
    BAD_ATTRIBUTE("QW-I0114", "an attribute is missing or malformed", "correct the node in the source model"),
    /** Scales or zero points that are not valid. */
    BAD_QUANTIZATION("QW-I0115", "quantization parameters are not valid", "correct scales and zero points"),
    /** A tensor that the model builds and that takes more memory than allowed. */
    TOO_LARGE("QW-I0116", "a computed tensor is too large", "store the tensor in the file instead"),
    /** No importer takes the file. */
    UNKNOWN_FORMAT("QW-I0117", "the file is of no known model format", "give an .onnx, .tflite or .qir file"),
    /** Block scales that keep a product of quantized operands on floats. */
    BLOCK_SCALES("QW-I0118", "the scales of blocks of weights have no form for integer sums",
            "quantize the float model with group scales, such as w4g32a8", Severity.WARNING);

    private final Entry entry;

    ImportDiagnostic(String id, String summary, String hint) {
        this(id, summary, hint, Severity.ERROR);
    }

    ImportDiagnostic(String id, String summary, String hint, Severity severity) {
        entry = new Entry(id, summary, hint, severity);
    }

    @Override
    public Entry entry() {
        return entry;
    }
}
