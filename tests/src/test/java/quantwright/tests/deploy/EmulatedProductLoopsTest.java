package quantwright.tests.deploy;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import quantwright.backend.llvm.cases.ProductLoopsCases;

/** The same cases as natively, on emulated Arm. */
class EmulatedProductLoopsTest extends ProductLoopsCases {
    EmulatedProductLoopsTest(@TempDir Path folder) {
        super(new EmulatedGraphs(Board.ARM, folder));
    }
}
