package quantwright.tests.deploy;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import quantwright.backend.llvm.cases.GroupedProductsCases;

/** The same cases as natively, on emulated Arm. */
class EmulatedGroupedProductsTest extends GroupedProductsCases {
    EmulatedGroupedProductsTest(@TempDir Path folder) {
        super(new EmulatedGraphs(Board.ARM, folder));
    }
}
