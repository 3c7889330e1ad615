package quantwright.tests.deploy;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
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
 * tensor. The processor emulated has no newer instructions, so that one of them traps.
 */
class EmulatedKernelTest {
    private static final int CASES = 180;

    @TempDir
    private Path folder;

    static List<Board> boards() {
        return Board.ARM;
    }

    private CpuKernels kernels(EmulatedKernels machine) {
        machine.assume();
        return new ArmBackend().kernels(machine.target());
    }

    @ParameterizedTest
    @MethodSource("boards")
    void convolutions(Board board) {
        EmulatedKernels machine = new EmulatedKernels(board, folder);
        CpuKernels kernels = kernels(machine);
        ConvCases.check(machine, kernels.convolutions(), kernels.byteFlip(), false, 21, CASES);
        if (board == Board.NEON) {
            ConvCases.check(machine, kernels.convolutions(), kernels.byteFlip(), true, 22, CASES);
        }
    }

    @ParameterizedTest
    @MethodSource("boards")
    void depthwiseConvolutions(Board board) throws Throwable {
        EmulatedKernels machine = new EmulatedKernels(board, folder);
        CpuKernels kernels = kernels(machine);
        DepthwiseCases.check(machine, kernels.depthwise(), kernels.byteFlip(), board == Board.NEON, 23, CASES);
        if (board == Board.NEON) {
            DepthwiseCases.check(machine, kernels.depthwise(), kernels.byteFlip(), false, 24, CASES);
        }
    }

    /** Code of these families differs between the levels in nothing but what it may use: one level stands for them. */
    static Stream<Board> plain() {
        return Stream.of(Board.NEON);
    }

    @ParameterizedTest
    @MethodSource("plain")
    void elementwisePoolsAndFloats(Board board) throws Throwable {
        EmulatedKernels machine = new EmulatedKernels(board, folder);
        CpuKernels kernels = kernels(machine);
        ElementwiseCases.check(machine, kernels.isa());
        PoolCases.check(machine, kernels.isa());
        FloatCases.check(machine, kernels.isa());
        InterleaveCases.check(machine, kernels.isa());
    }
}
