package quantwright.npu.isa;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a field of an encoded record means and the values it may hold. Binary form, text form, checker and reference
 * page
 * all read it, so that they cannot disagree.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Field {
    /** One line for the reference page. */
    String value();

    /** Least value of a number. */
    long min() default 0;

    /** Greatest value of a number; a field of type int never exceeds 2^31 - 1. */
    long max() default Long.MAX_VALUE;

    /** Whether the text form prints the number in hexadecimal. */
    boolean hex() default false;
}
