package quantwright.backend.llvm;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** LLVM's machine model of a processor, asked through {@code llvm-mca}: what a loop costs when all data is near. */
public final class MachineModel {
    private static final int ITERATIONS = 100;
    private static final Pattern CYCLES = Pattern.compile("(?m)^Total Cycles:\\s+(\\d+)");

    private final LlvmToolchain toolchain;

    /** A model by this toolchain's {@code llvm-mca}. */
    public MachineModel(LlvmToolchain toolchain) {
        this.toolchain = toolchain;
    }

    /**
     * Cycles of one iteration in the steady state.
     *
     * @param cpu the processor, by its LLVM name such as {@code cortex-a76}
     * @throws CodeGenerationException when the tool does not understand the code or the processor
     */
    public double cycles(InstructionLoop loop, CodeTarget target, String cpu) {
        // The model of a processor without an extension still has times for its instructions.
        var arguments = List.of("-mtriple=" + target.triple(), "-mcpu=" + cpu, "-mattr=" + target.features(),
                "-iterations=" + ITERATIONS, "loop.s");
        var result = ChildTool.run(toolchain.executable("llvm-mca"), arguments,
                Map.of("loop.s", (loop + "\n").getBytes(StandardCharsets.UTF_8)), null);
        var total = CYCLES.matcher(result.messages());
        if (result.status() != 0 || !total.find()) {
            throw new CodeGenerationException(CodeGenerationException.Stage.EMIT, "llvm-mca: "
                    + result.messages().strip(), null);
        }
        return Double.parseDouble(total.group(1)) / ITERATIONS;
    }
}
