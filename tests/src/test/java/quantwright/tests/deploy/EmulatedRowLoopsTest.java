package quantwright.tests.deploy;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import quantwright.backend.llvm.cases.RowLoopsCases;

/** The same cases as natively, on emulated Arm. */
class EmulatedRowLoopsTest extends RowLoopsCases {
    EmulatedRowLoopsTest(@TempDir Path folder) {
        super(new EmulatedGraphs(Board.ARM, folder));
    }
}
