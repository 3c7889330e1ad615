package quantwright.backend.avx;

import quantwright.backend.llvm.cases.MatrixLoopsCases;

class MatrixLoopsTest extends MatrixLoopsCases {
    MatrixLoopsTest() {
        super(X86Machines.graphs());
    }
}
