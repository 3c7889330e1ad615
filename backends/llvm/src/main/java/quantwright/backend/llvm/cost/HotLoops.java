package quantwright.backend.llvm.cost;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.Disassembler.Instruction;
import quantwright.backend.llvm.InstructionLoop;
import quantwright.backend.llvm.LlvmToolchain;
import quantwright.backend.llvm.MachineModel;
import quantwright.backend.llvm.object.ElfObject;
import quantwright.backend.llvm.object.ObjectCode;

/** Cycles for a product in the hot loop of each kernel, by LLVM's model of the processor. */
public final class HotLoops {
    private final LlvmToolchain toolchain;
    private final CodeTarget target;
    private final List<byte[]> objects;
    private final Map<String, Double> known = new HashMap<>();

    /** The kernels of some objects. */
    public HotLoops(LlvmToolchain toolchain, CodeTarget target, List<ObjectCode> objects) {
        this.toolchain = toolchain;
        this.target = target;
        this.objects = objects.stream().map(ObjectCode::bytes).toList();
    }

    /** Cycles for each multiply-accumulate of a function; NaN if it has no loop of products. */
    public double cyclesPerProduct(String function) {
        return known.computeIfAbsent(function, f -> loop(f).map(l -> new MachineModel(toolchain).cycles(l, target,
            target.tuneCpu()) / l.macs()).orElse(Double.NaN));
    }

    private Optional<InstructionLoop> loop(String function) {
        for (byte[] object : objects) {
            if (ElfObject.parse(object).symbol(function).filter(s -> s.section() > 0).isPresent()) {
                List<Instruction> code = toolchain.disassembler().function(object, function, target);
                return InstructionLoop.hottest(code);
            }
        }
        return Optional.empty();
    }
}
