package quantwright.tests.jvm;

import quantwright.backend.llvm.cases.PlainLoopsCases;

class BytecodePlainLoopsTest extends PlainLoopsCases {
    BytecodePlainLoopsTest() {
        super(Bytecode.machine());
    }
}
