package quantwright.backend.avx;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import quantwright.backend.llvm.cases.Differential;
import quantwright.ir.Value;
import quantwright.ir.op.Transpose;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.Ints;
import quantwright.ir.type.ScalarType;

/** Transpositions between planes and pixels, few channels and many, against the interpreter. */
class TransposeGraphTest {
    @BeforeAll
    static void host() {
        X86Machines.graphs().assume();
    }

    @Test
    void planesAndPixelsAreBitEqual() {
        var d = new Differential(77, X86Machines.graphs());
        for (int i = 0; i < 24; i++) {
            d.begin();
            int[] dims = {d.dim(2), i % 6 + 1, d.dim(5), d.dim(40)};
            ElementType element = d.pick(List.<ElementType>of(ScalarType.F32, d.i8()));
            Value x = d.input(element, dims);
            Value pixels = d.node(new Transpose(Ints.of(0, 2, 3, 1)), x);
            Value back = d.node(new Transpose(Ints.of(0, 3, 1, 2)), pixels);
            d.output(pixels);
            d.output(back);
            d.check("planes " + i);
        }
    }
}
