package quantwright.backend.llvm.deliver;

import java.util.Locale;
import quantwright.backend.Manifest;
import quantwright.ir.type.ScalarType;

/** How inputs and outputs look in C. */
final class CPorts {
    private CPorts() {
    }

    /** The type of an element, or of the bytes that hold packed elements. */
    static String type(ScalarType storage) {
        return switch (storage) {
            case F64 -> "double";
            case F32 -> "float";
            case I64 -> "int64_t";
            case I32 -> "int32_t";
            case I16 -> "int16_t";
            case I8 -> "int8_t";
            case U64 -> "uint64_t";
            case U32 -> "uint32_t";
            case U16, F16, BF16 -> "uint16_t";
            case U8, BOOL, I4, I2, U4, U2, SIGN1 -> "uint8_t";
        };
    }

    static String type(Manifest.Port port) {
        return type(port.type().storage());
    }

    static long elements(Manifest.Port port) {
        return port.type().shape().elementCount();
    }

    static long bytes(Manifest.Port port) {
        return port.type().storage().packedBytes(elements(port));
    }

    /** Prefix of a model's macros. */
    static String macro(String symbol) {
        return symbol.toUpperCase(Locale.ROOT);
    }

    /** Prefix of the macros of an input or output. */
    static String macro(String symbol, boolean input, int index) {
        return macro(symbol) + (input ? "_INPUT_" : "_OUTPUT_") + index;
    }

    /** A comment that cannot end early and stays on its line. */
    static String comment(String text) {
        return text.replaceAll("[\\p{Cntrl}]", " ").replace("*/", "* /").replace("/*", "/ *");
    }
}
