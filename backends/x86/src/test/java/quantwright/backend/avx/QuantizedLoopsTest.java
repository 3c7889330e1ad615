package quantwright.backend.avx;

import quantwright.backend.llvm.cases.QuantizedLoopsCases;

class QuantizedLoopsTest extends QuantizedLoopsCases {
    QuantizedLoopsTest() {
        super(X86Machines.graphs());
    }
}
