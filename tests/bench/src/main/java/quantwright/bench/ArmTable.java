package quantwright.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import quantwright.backend.StepEstimate;
import quantwright.backend.arm.ArmBackend;
import quantwright.backend.llvm.CodeOptions;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.CpuFeature;
import quantwright.backend.llvm.InstructionLoop;
import quantwright.backend.llvm.LlvmToolchain;
import quantwright.backend.llvm.MachineModel;
import quantwright.backend.llvm.cost.KernelCycles;
import quantwright.backend.llvm.object.ObjectCode;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.TargetAttributes;
import quantwright.bench.ForeignLoops.Kind;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.importer.ImportOptions;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;

/**
 * Prints what Arm kernels cost without a board, for the layers of MobileNetV2 and ResNet50: instructions of each hot loop
 * beside the least its tile allows, then of the whole layer, all its loops counted, instructions and cycles by LLVM's model,
 * beside what the loops of ONNX Runtime take for its products and results alone; then for whole models what the profiles
 * estimate beside LLVM's model. Argument: {@code [--only REGEX]} of kernel ids.
 */
public final class ArmTable {
    /**
     * A core and its feature level.
     *
     * @param name     LLVM's
     * @param features beyond NEON
     * @param kinds    loops of ONNX Runtime that run on it; of those that multiply a layer takes the fastest
     */
    private record Core(String name, Set<CpuFeature> features, Set<Kind> kinds) {
        CodeTarget target() {
            return CodeTarget.aarch64(features, name);
        }
    }

    /** Instructions and cycles, of one product or result or of a layer. */
    private record Peer(double instructions, double cycles) {
        Peer times(double n) {
            return new Peer(n * instructions, n * cycles);
        }
    }

    private static final List<Core> CORES = List.of(
            new Core("cortex-a53", Set.of(), EnumSet.of(Kind.WIDENING, Kind.DEPTHWISE, Kind.REQUANTIZE)),
            new Core("cortex-a76", Set.of(CpuFeature.DOTPROD), EnumSet.complementOf(EnumSet.of(Kind.MATRIX))),
            new Core("neoverse-v1", Set.of(CpuFeature.DOTPROD, CpuFeature.I8MM), EnumSet.allOf(Kind.class)));

    /** Quantized as they come. */
    private static final Set<String> MODELS = Set.of("resnet8-int8", "kws-int8", "vww-int8", "ad01-int8",
            "mobilenet-v2-int8");

    private final LlvmToolchain toolchain = LlvmToolchain.open();
    private final MachineModel model = new MachineModel(toolchain);
    private final Pattern only;

    private ArmTable(Pattern only) {
        this.only = only;
    }

    /** Prints Markdown tables. */
    public static void main(String[] args) throws IOException, FormatException {
        ArmTable table = new ArmTable(Pattern.compile(new Arguments(args, "only").text("only",
                "^i8:(mobilenet-v2|resnet50):")));
        ForeignLoops peer = ForeignLoops.load();
        for (Core core : CORES) {
            table.print(core, peer);
        }
        models();
    }

    /** Whole models: the profiles' estimates beside LLVM's. */
    private static void models() throws FormatException {
        Quantwright driver = Quantwright.discover();
        System.out.println("\n| kilocycles by the profile / by `llvm-mca` | "
                + String.join(" | ", CORES.stream().map(Core::name).toList()) + " |\n|---|" + "---:|".repeat(CORES.size()));
        for (CatalogueModel entry : ModelCatalogue.load().all()) {
            if (!MODELS.contains(entry.id()) || !Files.exists(entry.path())) {
                continue;
            }
            Model loaded = driver.load(entry.path(), ImportOptions.none(), new DiagnosticSink());
            StringBuilder row = new StringBuilder("| " + entry.id());
            for (Core core : CORES) {
                double stated = 0;
                double modelled = 0;
                for (StepEstimate step : loaded.estimate(driver.profiles().find(core.name))) {
                    stated += step.cycles();
                    modelled += step.modelCycles();
                }
                row.append(String.format(Locale.ROOT, " | %.0f / %.0f (%.2f)", stated / 1000, modelled / 1000,
                        stated / modelled));
            }
            System.out.println(row + " |");
        }
    }

    private void print(Core core, ForeignLoops peer) {
        CodeTarget target = core.target();
        System.out.printf("%n%s, code for %s.%n%n", core.name, target.extensions().stream().sorted()
                .map(CpuFeature::llvmName).toList());
        Map<Kind, Peer> peers = new EnumMap<>(Kind.class);
        for (Kind kind : core.kinds) {
            peer.best(kind, toolchain.disassembler(), target).ifPresent(l -> peers.put(kind, new Peer(
                    (double) l.size() / kind.work(l), model.cycles(l, target, core.name) / kind.work(l))));
        }
        System.out.println("| ONNX Runtime's best loop | instructions | cycles by `llvm-mca` |\n|---|---:|---:|");
        peers.forEach((kind, p) -> System.out.printf(Locale.ROOT, "| %s, for 1000 %s | %.1f | %.1f |%n",
                kind.name().toLowerCase(Locale.ROOT), kind == Kind.REQUANTIZE ? "results" : "MAC",
                1000 * p.instructions, 1000 * p.cycles));
        System.out.println("\n| layer | kernel | hot loop: instructions per 1000 MAC | ratio to the least for the tile | whole"
                + " tile | stack accesses | MAC/cycle | layer: instructions per 1000 MAC | ONNX Runtime | kilocycles |"
                + " ONNX Runtime | ours / theirs |\n|---|---|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|");
        KernelCase.all(new ArmBackend().kernels(target)).values().stream().filter(c -> only.matcher(c.id()).find())
                .forEach(c -> row(core, c, peers));
    }

    /**
     * What ONNX Runtime's loops take for a layer: its products, sums padded to whole steps, by the fastest loop for that kind
     * of layer, then the requantization of its results; nothing else.
     */
    private static Peer peer(Map<Kind, Peer> peers, Layer layer) {
        long results = (long) layer.outHeight() * layer.outWidth() * layer.outputs();
        int sum = layer.weights() / layer.outputs();
        Set<Kind> kinds = layer.depthwise() ? EnumSet.of(Kind.DEPTHWISE)
                : results == layer.outputs() ? EnumSet.of(Kind.WIDENING, Kind.VECTOR)
                : EnumSet.of(Kind.WIDENING, Kind.DOT, Kind.MATRIX);
        Peer products = peers.entrySet().stream().filter(e -> kinds.contains(e.getKey())).map(e -> e.getValue().times(
                Math.ceilDiv(sum, e.getKey().depth()) * e.getKey().depth())).min(Comparator.comparingDouble(Peer::cycles))
                .orElseThrow();
        Peer requantize = peers.get(Kind.REQUANTIZE);
        return new Peer(products.instructions + requantize.instructions, products.cycles + requantize.cycles).times(results);
    }

    private void row(Core core, KernelCase<?> c, Map<Kind, Peer> peers) {
        CodeTarget target = core.target();
        ModuleBuilder module = new ModuleBuilder(TargetAttributes.of(target));
        c.kernel().emit(module, "kernel", ModuleBuilder.Linkage.EXTERNAL);
        ObjectCode object = toolchain.compiler().compile(module.text(), target, CodeOptions.AS_WRITTEN);
        Layer layer = Layer.all().stream().filter(l -> c.id().endsWith(":" + l.id())).findFirst().orElseThrow();
        KernelCycles.Estimate all = new KernelCycles(toolchain, target, List.of(object)).of(new KernelCycles.Call(
                "kernel", c.inputs().size() + 2, 1, 1)).orElseThrow();
        Peer theirs = peer(peers, layer);
        InstructionLoop loop = InstructionLoop.hottest(toolchain.disassembler().function(object.bytes(), "kernel",
                target)).orElse(null);
        double cycles = all.cycles() / 1000;
        System.out.printf(Locale.ROOT, "| %s | `%s` | %s | %.1f | %.1f | %.1f | %.1f | %.2f |%n", c.id(), c.kernel().name(),
                loop == null ? "| | | |" : hot(core, c.kernel().name(), layer, loop),
                1000.0 * all.instructions() / c.work(), 1000 * theirs.instructions / c.work(), cycles,
                theirs.cycles / 1000, 1000 * cycles / theirs.cycles);
    }

    /** The hot loop's columns. */
    private String hot(Core core, String kernel, Layer layer, InstructionLoop loop) {
        double macs = TileMinimum.products(kernel, layer, loop);
        return String.format(Locale.ROOT, "%.1f | %s | %s | %d | %.1f", 1000 * loop.size() / macs,
                TileMinimum.of(kernel, layer, loop).map(least -> String.format(Locale.ROOT, "%.3f", loop.size() / least))
                .orElse(""), TileMinimum.isWhole(loop) ? "yes" : "", loop.stackAccesses(),
                macs / model.cycles(loop, core.target(), core.name));
    }
}
