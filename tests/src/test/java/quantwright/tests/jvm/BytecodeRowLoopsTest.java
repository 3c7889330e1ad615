package quantwright.tests.jvm;

import quantwright.backend.llvm.cases.RowLoopsCases;

class BytecodeRowLoopsTest extends RowLoopsCases {
    BytecodeRowLoopsTest() {
        super(Bytecode.machine());
    }
}
