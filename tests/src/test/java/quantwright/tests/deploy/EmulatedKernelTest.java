package quantwright.tests.deploy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quantwright.backend.arm.ArmBackend;
import quantwright.backend.llvm.cases.ConvCases;
import quantwright.backend.llvm.cases.DepthwiseCases;
import quantwright.backend.llvm.cases.ElementwiseCases;
import quantwright.backend.llvm.cases.FloatCases;
import quantwright.backend.llvm.cases.InterleaveCases;
import quantwright.backend.llvm.cases.PoolCases;
import quantwright.backend.llvm.kernel.CpuKernels;

/**
 * Random kernel cases under emulation, at each feature level of Arm: odd shapes, extreme values, guards around every
 * tensor. The processor emulated has no newer instructions, so that one of them traps. How many there were is printed.
 */
class EmulatedKernelTest {
    /** Random cases of operators at each level. */
    private static final int LEAST = 2000;
    /** Cases of one program: one module compiles faster in parts. */
    private static final int BATCH = 160;

    @TempDir
    private Path folder;

    static List<Board> boards() {
        return Board.ARM;
    }

    /** Runs cases in batches, each of its own seed. */
    private interface Batch {
        int run(long seed, int count) throws Throwable;
    }

    private static int batches(int count, long seed, Batch batch) throws Throwable {
        int done = 0;
        for (int i = 0; done < count; i++) {
            done += batch.run(seed + i, Math.min(BATCH, count - done));
        }
        return done;
    }

    @ParameterizedTest
    @MethodSource("boards")
    void randomCasesOfEveryFamilyAreTheDefinitions(Board board) throws Throwable {
        EmulatedKernels machine = new EmulatedKernels(board, folder);
        machine.assume();
        CpuKernels kernels = new ArmBackend().kernels(machine.target());
        int flip = kernels.byteFlip();
        // At the plain level a weight of -128 decides between two ways to multiply: each has its cases.
        boolean pairs = board == Board.NEON;
        Map<String, Integer> counts = new TreeMap<>();
        counts.put("convolutions", batches(640, 2100, (s, n) -> ConvCases.check(machine, kernels.convolutions(), flip,
                pairs && s % 2 == 0, s, n)));
        counts.put("depthwise", batches(480, 2300, (s, n) -> DepthwiseCases.check(machine, kernels.depthwise(), flip,
                pairs && s % 2 == 0, s, n)));
        counts.put("elementwise", ElementwiseCases.check(machine, kernels.isa(), 14));
        counts.put("pools", PoolCases.check(machine, kernels.isa(), 240));
        counts.put("floats", FloatCases.check(machine, kernels.isa(), 240));
        counts.put("interleaves", InterleaveCases.check(machine, kernels.isa()));
        int total = counts.values().stream().mapToInt(Integer::intValue).sum();
        System.out.println(board + " under emulation, random cases: " + total + " " + counts);
        assertTrue(total >= LEAST, total + " cases");
    }
}
