package quantwright.bench;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quantwright.backend.arm.ArmBackend;
import quantwright.backend.llvm.CodeOptions;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.CpuFeature;
import quantwright.backend.llvm.InstructionLoop;
import quantwright.backend.llvm.LlvmToolchain;
import quantwright.backend.llvm.MachineModel;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.TargetAttributes;
import quantwright.profiles.CpuMachine;
import quantwright.profiles.CpuPerformance;
import quantwright.profiles.ProfileCatalogue;

/**
 * Prints what Arm kernels cost without a board, for the layers of MobileNetV2 and ResNet50: instructions per product of
 * each hot loop beside the least its tile allows, cycles by LLVM's machine model and by throughputs, and the same loops of
 * ONNX Runtime. Argument: {@code [--only REGEX]} of kernel ids.
 */
public final class ArmTable {
    private static final Pattern TILE = Pattern.compile(".*_conv_(gathered_)?(\\d+)x(\\d+)c\\d+__.*");
    private static final Pattern EPILOGUE = Pattern.compile("scvtf|fcvtns|sqxtn2?");

    /**
     * A core and its feature level.
     *
     * @param name     LLVM's and the profile's, which states its throughputs
     * @param features beyond NEON
     * @param kind     what it multiplies bytes by
     */
    private record Core(String name, Set<CpuFeature> features, ForeignLoops.Kind kind) {
        CodeTarget target() {
            return CodeTarget.aarch64(features, name);
        }

        CpuPerformance stated() {
            return new ProfileCatalogue().find(name).cpu().flatMap(CpuMachine::performance).orElseThrow();
        }

        /** Products of bytes per cycle. */
        double macs() {
            return stated().products().stream().filter(x -> x.activations().equals("i8") && x.weights().equals("i8"))
                    .findFirst().orElseThrow().macsPerCycle();
        }
    }

    private static final List<Core> CORES = List.of(new Core("cortex-a53", Set.of(), ForeignLoops.Kind.WIDENING),
            new Core("cortex-a76", Set.of(CpuFeature.DOTPROD), ForeignLoops.Kind.DOT),
            new Core("neoverse-v1", Set.of(CpuFeature.DOTPROD, CpuFeature.I8MM), ForeignLoops.Kind.MATRIX));

    private final LlvmToolchain toolchain = LlvmToolchain.open();
    private final MachineModel model = new MachineModel(toolchain);
    private final Pattern only;

    private ArmTable(Pattern only) {
        this.only = only;
    }

    /** Prints Markdown tables. */
    public static void main(String[] args) throws IOException {
        ArmTable table = new ArmTable(Pattern.compile(new Arguments(args, "only").text("only",
                "^i8:(mobilenet-v2|resnet50):(conv|fc)")));
        ForeignLoops peer = ForeignLoops.load();
        for (Core core : CORES) {
            table.print(core, peer);
        }
    }

    private void print(Core core, ForeignLoops peer) {
        CodeTarget target = core.target();
        System.out.printf(Locale.ROOT, "%n%s, code for %s. Estimate, by the profile: %.1f products and %.0f other"
                + " instructions per cycle.%n%n", core.name, target.extensions().stream().sorted()
                .map(CpuFeature::llvmName).toList(), core.macs(), core.stated().issue());
        System.out.println("| layer | kernel | instructions per 1000 MAC | least for the tile | ratio | stack accesses |"
                + " `llvm-mca` MAC/cycle | layer, kilocycles by `llvm-mca` | by throughputs |\n"
                + "|---|---|---:|---:|---:|---:|---:|---:|---:|");
        KernelCase.all(new ArmBackend().kernels(target)).values().stream().filter(c -> only.matcher(c.id()).find())
                .forEach(c -> row(core, c));
        peer.best(core.kind, toolchain.disassembler(), target).ifPresent(l -> System.out.printf(Locale.ROOT,
                "| ONNX Runtime's best loop, its packing not counted | | %.1f | | | %d | %.1f | | |%n",
                1000.0 * l.size() / l.macs(), l.stackAccesses(), l.macs() / model.cycles(l, target, core.name)));
    }

    private void row(Core core, KernelCase<?> c) {
        CodeTarget target = core.target();
        ModuleBuilder module = new ModuleBuilder(TargetAttributes.of(target));
        c.kernel().emit(module, "kernel", ModuleBuilder.Linkage.EXTERNAL);
        byte[] object = toolchain.compiler().compile(module.text(), target, CodeOptions.AS_WRITTEN).bytes();
        Optional<InstructionLoop> hot = InstructionLoop.hottest(toolchain.disassembler().function(object, "kernel",
                target));
        if (hot.isEmpty()) {
            System.out.printf("| %s | `%s` | | | | | | | |%n", c.id(), c.kernel().name());
            return;
        }
        InstructionLoop loop = hot.get();
        double cycles = model.cycles(loop, target, core.name);
        double other = (double) c.work() * (loop.size() - loop.count("[su]mmla|[su]dot|smull2?|smlal2?|sadalp"))
                / loop.macs();
        // A loop that holds the tile's beginning and end too has no least of its own.
        boolean products = loop.instructions().stream().noneMatch(i -> EPILOGUE.matcher(i.mnemonic()).matches());
        double least = products ? least(c.kernel().name(), loop.macs(), core.kind) : Double.NaN;
        System.out.printf(Locale.ROOT, "| %s | `%s` | %.1f | %s | %s | %d | %.1f | %.1f | %.1f |%n", c.id(),
                c.kernel().name(), 1000.0 * loop.size() / loop.macs(),
                products ? String.format(Locale.ROOT, "%.1f", 1000 * least / loop.macs()) : "whole tile in the loop",
                products ? String.format(Locale.ROOT, "%.3f", loop.size() / least) : "", loop.stackAccesses(),
                loop.macs() / cycles, c.work() / 1000.0 * cycles / loop.macs(),
                Math.max(c.work() / core.macs(), other / core.stated().issue()) / 1000);
    }

    /**
     * The least instructions for so many products by a tile: the products, a load for each two registers of weights and for
     * each sixteen bytes of a pixel; for matrices, whose rows are halves of two pixels' registers, the interleaving, or
     * where that was done beforehand half the loads, as each brings two registers.
     */
    static double least(String kernel, long macs, ForeignLoops.Kind kind) {
        Matcher m = TILE.matcher(kernel);
        if (!m.matches()) {
            throw new IllegalArgumentException(kernel);
        }
        int pixels = Integer.parseInt(m.group(2));
        int outputs = Integer.parseInt(m.group(3));
        double depth = (double) macs / pixels / outputs;
        double loads = depth * outputs / 32 + depth * pixels / 16;
        return loads + switch (kind) {
            // Two multiplications and an addition of pairs for sixteen products; each four bytes are broadcast and turned.
            case WIDENING -> macs / 16.0 * 3 + depth * pixels / 4 * 2 - depth * pixels / 16;
            case DOT -> macs / 16.0;
            case MATRIX -> macs / 32.0 + depth * pixels / 16 * (m.group(1) != null ? -0.5 : 1);
        };
    }
}
