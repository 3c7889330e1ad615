package quantwright.backend.avx;

import quantwright.backend.llvm.cases.PlainLoopsCases;

class PlainLoopsTest extends PlainLoopsCases {
    PlainLoopsTest() {
        super(X86Machines.graphs());
    }
}
