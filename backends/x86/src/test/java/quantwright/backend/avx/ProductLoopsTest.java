package quantwright.backend.avx;

import quantwright.backend.llvm.cases.ProductLoopsCases;

class ProductLoopsTest extends ProductLoopsCases {
    ProductLoopsTest() {
        super(X86Machines.graphs());
    }
}
