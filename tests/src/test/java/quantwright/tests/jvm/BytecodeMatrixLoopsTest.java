package quantwright.tests.jvm;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import quantwright.backend.llvm.cases.MatrixLoopsCases;

class BytecodeMatrixLoopsTest extends MatrixLoopsCases {
    BytecodeMatrixLoopsTest() {
        super(Bytecode.machine());
    }

    /** Bytecode refuses such an index, as the interpreter does; native code, which cannot, takes the nearest. */
    @Test
    @Override
    protected void indicesOutsideTheAxisReadNothingElse() {
        assertThrows(IllegalArgumentException.class, super::indicesOutsideTheAxisReadNothingElse);
    }
}
