package quantwright.ir.op;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Declares an op once; parser, printer, verifier and the generated docs read it from the {@link OpRegistry}. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface OpInfo {
    /** Name in the text form; QUANT ops start with {@code q.}, TILE ops with {@code tile.}. */
    String mnemonic();

    /** One line: what it computes. */
    String summary();

    /** Operand names, in order; a trailing {@code ?} marks an optional one, {@code ...} a variadic one. */
    String[] operands();

    /** The ONNX and TFLite ops it stands for. */
    String source() default "";
}
