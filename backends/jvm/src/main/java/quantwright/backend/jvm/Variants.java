package quantwright.backend.jvm;

import java.util.List;
import org.objectweb.asm.Type;
import quantwright.backend.jvm.runtime.PixelProduct;
import quantwright.backend.jvm.runtime.Product;

/**
 * Copies of classes for steps of like size. The JIT unrolls a loop, and so chooses how wide its vectors are, by how often
 * it went around on average; a class of its own gives the loops of long rows a profile of their own.
 */
final class Variants {
    /** Ends of the names of copies; the digits tell them from the names of nested classes. */
    private static final String MARK = "$rows";
    private static final String FMA = "quantwright/backend/jvm/runtime/Fma";
    /** Rows of at least so many elements are of one kind. */
    private static final List<Integer> LENGTHS = List.of(512, 192, 96, 48, 0);

    private Variants() {
    }

    /** Internal name of a record's class or of the copy that it takes. */
    static String name(Record record) {
        String own = Type.getInternalName(record.getClass());
        return switch (record) {
            case Product p when p.weights().length > 0 -> own + MARK + kind(p.weights()[0].length);
            case PixelProduct _ -> own + MARK + LENGTHS.getFirst();
            default -> own;
        };
    }

    private static int kind(int length) {
        return LENGTHS.stream().filter(l -> length >= l).findFirst().orElseThrow();
    }

    /** Internal name of the class that {@code name} is or is a copy of. */
    static String original(String name) {
        int mark = name.indexOf(MARK);
        return mark < 0 ? name : name.substring(0, mark);
    }

    /** What a class calls {@code name}: a copy calls itself and the copy of the inner loops that goes with it. */
    static String seenFrom(String owner, String name) {
        int mark = owner.indexOf(MARK);
        return mark >= 0 && (name.equals(original(owner)) || name.equals(FMA)) ? name + owner.substring(mark) : name;
    }
}
