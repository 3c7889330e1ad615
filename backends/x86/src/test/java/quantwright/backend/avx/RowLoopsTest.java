package quantwright.backend.avx;

import quantwright.backend.llvm.cases.RowLoopsCases;

class RowLoopsTest extends RowLoopsCases {
    RowLoopsTest() {
        super(X86Machines.graphs());
    }
}
