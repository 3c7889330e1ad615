package quantwright.tests.jvm;

import quantwright.backend.llvm.cases.QuantizedLoopsCases;

class BytecodeQuantizedLoopsTest extends QuantizedLoopsCases {
    BytecodeQuantizedLoopsTest() {
        super(Bytecode.machine());
    }
}
