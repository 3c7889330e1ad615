package quantwright.compiler.importer.tflite;

import quantwright.compiler.importer.FormatException;

/** Activation fused into an operator, in the order of the schema's codes from 0. */
public enum Activation {
    NONE, RELU, RELU_N1_TO_1, RELU6, TANH, SIGN_BIT;

    static Activation of(FlatTable table, int field) throws FormatException {
        int code = table.int8(field, 0);
        if (code < 0 || code >= values().length) {
            throw table.fail("fused activation " + code + " is not known");
        }
        return values()[code];
    }
}
