package quantwright.tests.jvm;

import quantwright.backend.llvm.cases.ProductLoopsCases;

class BytecodeProductLoopsTest extends ProductLoopsCases {
    BytecodeProductLoopsTest() {
        super(Bytecode.machine());
    }
}
