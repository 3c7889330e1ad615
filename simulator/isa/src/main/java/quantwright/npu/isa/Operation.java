package quantwright.npu.isa;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names of an instruction in the binary and the text form. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Operation {
    /** First byte of the binary form, 1 to 255. */
    int opcode();

    /** First word of the text form. */
    String mnemonic();

    /** What it does, for the reference page. */
    String summary();
}
