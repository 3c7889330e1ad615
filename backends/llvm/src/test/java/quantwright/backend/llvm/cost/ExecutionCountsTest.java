package quantwright.backend.llvm.cost;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import quantwright.backend.llvm.Disassembler.Instruction;

/** Functions written by hand, whose counts are plain to see. */
class ExecutionCountsTest {
    private static List<Instruction> code(String... lines) {
        var code = new ArrayList<Instruction>();
        for (String line : lines) {
            code.add(new Instruction(4 * code.size(), 4, line));
        }
        return code;
    }

    @Test
    void aLoopRunsUntilItsCounterSaysSo() {
        List<Instruction> code = code("mov x8, #0", "add x8, x8, #3", "fmul v0.4s, v0.4s, v1.4s", "cmp x8, #30",
            "b.ne #-12", "ret");
        assertArrayEquals(new long[] {1, 10, 10, 10, 10, 1}, ExecutionCounts.of(code, 0).counts());
    }

    /** Two rows of three vectors, counted by an address, a register on the stack and a negative index. */
    @Test
    void loopsAreCountedByWhateverHoldsTheirState() {
        List<Instruction> code = code("sub sp, sp, #16", "mov w9, #2", "str x9, [sp, #8]", "add x10, x0, #48",
            "mov x11, x0", "ldr q0, [x11], #16", "cmp x11, x10", "b.lo #-8", "mov x12, #-96", "adds x12, x12, #48",
            "b.mi #-4", "ldr x9, [sp, #8]", "subs x9, x9, #1", "str x9, [sp, #8]", "cbnz x9, #-40", "add sp, sp, #16",
            "ret");
        assertArrayEquals(new long[] {1, 1, 1, 1, 2, 6, 6, 6, 2, 4, 4, 2, 2, 2, 2, 1, 1},
            ExecutionCounts.of(code, 1).counts());
    }

    @Test
    void unitsAreArguments() {
        List<Instruction> code = code("cmp x2, x1", "b.le #12", "sub x2, x2, #1", "b #-12", "ret");
        assertArrayEquals(new long[] {6, 6, 5, 5, 1}, ExecutionCounts.of(code, 1, 2, 7).counts());
    }

    @Test
    void partsLeaveInnerLoopsOut() {
        List<Instruction> code = code("mov x8, #4", "mov x9, #5", "fadd v0.4s, v0.4s, v1.4s", "subs x9, x9, #1",
            "b.ne #-8", "subs x8, x8, #1", "b.ne #-20", "ret");
        List<ExecutionCounts.Part> parts = ExecutionCounts.of(code, 0).parts();
        assertEquals(List.of(1L, 4L, 20L), parts.stream().map(ExecutionCounts.Part::count).toList());
        assertEquals(List.of("fadd v0.4s, v0.4s, v1.4s", "subs x9, x9, #1", "b.ne #-8"),
            parts.getLast().instructions().stream().map(Instruction::text).toList());
        assertEquals(List.of("mov x9, #5", "subs x8, x8, #1", "b.ne #-20"),
            parts.get(1).instructions().stream().map(Instruction::text).toList());
    }

    @Test
    void dataMayNotDecide() {
        assertThrows(UnknownControlFlow.class, () -> ExecutionCounts.of(code("ldr x8, [x0]", "cbz x8, #8", "nop", "ret"),
            1));
        assertThrows(UnknownControlFlow.class, () -> ExecutionCounts.of(code("bl #8", "ret", "ret"), 1));
    }
}
