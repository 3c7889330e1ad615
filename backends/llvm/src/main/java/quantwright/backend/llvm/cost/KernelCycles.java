package quantwright.backend.llvm.cost;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.CpuFeature.Architecture;
import quantwright.backend.llvm.Disassembler.Instruction;
import quantwright.backend.llvm.InstructionLoop;
import quantwright.backend.llvm.LlvmToolchain;
import quantwright.backend.llvm.MachineModel;
import quantwright.backend.llvm.object.ElfObject;
import quantwright.backend.llvm.object.ObjectCode;

/**
 * Cycles of kernels by LLVM's model of the processor, all data near. Each part of a function that is executed equally often
 * takes what it takes over and over, times how often that is.
 */
public final class KernelCycles {
    /** Parts of this share of a function's instructions are taken to be as fast as the rest. */
    private static final double SMALL = 0.003;
    private final LlvmToolchain toolchain;
    private final CodeTarget target;
    private final List<Parsed> objects;
    private final Map<Call, Optional<Estimate>> known = new HashMap<>();

    /**
     * A call of a function.
     *
     * @param function its symbol
     * @param pointers parameters that are pointers
     * @param units    what it computes; with several, the function takes the first and the one after the last
     * @param images   how often it is called
     */
    public record Call(String function, int pointers, int units, int images) { }

    /**
     * What a call takes.
     *
     * @param cycles clock cycles
     * @param instructions executed
     */
    public record Estimate(double cycles, long instructions) { }

    private record Parsed(ObjectCode code, ElfObject elf) { }

    /** The kernels of some objects. */
    public KernelCycles(LlvmToolchain toolchain, CodeTarget target, List<ObjectCode> objects) {
        this.toolchain = toolchain;
        this.target = target;
        this.objects = objects.stream().map(o -> new Parsed(o, ElfObject.parse(o.bytes()))).toList();
    }

    /** What a call takes; empty for other processors than Arm's and where data decides what is executed. */
    public Optional<Estimate> of(Call call) {
        return known.computeIfAbsent(call, c -> target.architecture() == Architecture.AARCH64 ? code(c.function).flatMap(
            code -> estimate(code, c)) : Optional.empty());
    }

    private Optional<Estimate> estimate(List<Instruction> code, Call c) {
        try {
            ExecutionCounts counts = c.units > 1 ? ExecutionCounts.of(code, c.pointers, 0, c.units)
                : ExecutionCounts.of(code, c.pointers);
            Estimate once = estimate(counts);
            return Optional.of(new Estimate(c.images * once.cycles, c.images * once.instructions));
        } catch (UnknownControlFlow e) {
            return Optional.empty();
        }
    }

    private Estimate estimate(ExecutionCounts counts) {
        var model = new MachineModel(toolchain);
        double cycles = 0;
        long modelled = 0;
        for (ExecutionCounts.Part part : counts.parts()) {
            long executed = part.count() * part.instructions().size();
            if (executed > SMALL * counts.total()) {
                cycles += part.count() * model.cycles(new InstructionLoop(part.instructions()), target, target.tuneCpu());
                modelled += executed;
            }
        }
        return new Estimate(cycles * counts.total() / modelled, counts.total());
    }

    private Optional<List<Instruction>> code(String function) {
        for (Parsed object : objects) {
            if (object.elf.symbol(function).filter(s -> s.section() > 0).isPresent()) {
                return Optional.of(toolchain.disassembler().function(object.code.bytes(), function, target));
            }
        }
        return Optional.empty();
    }
}
