package quantwright.tests.deploy;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import quantwright.backend.llvm.cases.PlainLoopsCases;

/** The same cases as natively, on emulated Arm. */
class EmulatedPlainLoopsTest extends PlainLoopsCases {
    EmulatedPlainLoopsTest(@TempDir Path folder) {
        super(new EmulatedGraphs(Board.ARM, folder));
    }
}
