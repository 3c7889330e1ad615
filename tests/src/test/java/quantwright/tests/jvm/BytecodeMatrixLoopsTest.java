package quantwright.tests.jvm;

import quantwright.backend.llvm.cases.MatrixLoopsCases;

class BytecodeMatrixLoopsTest extends MatrixLoopsCases {
    BytecodeMatrixLoopsTest() {
        super(Bytecode.machine());
    }
}
