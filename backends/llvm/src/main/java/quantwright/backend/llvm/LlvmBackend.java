package quantwright.backend.llvm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import quantwright.backend.Artifact;
import quantwright.backend.Backend;
import quantwright.backend.BackendDiagnostic;
import quantwright.backend.BackendUnavailable;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompiledModel;
import quantwright.backend.CostOracle;
import quantwright.backend.CpuCostOracle;
import quantwright.backend.Deliverable;
import quantwright.backend.Executor;
import quantwright.backend.KernelOffer;
import quantwright.backend.Manifest;
import quantwright.backend.RuleCheck;
import quantwright.backend.StepEstimate;
import quantwright.backend.llvm.CpuFeature.Architecture;
import quantwright.backend.llvm.cost.KernelCycles;
import quantwright.backend.llvm.cost.StepCosts;
import quantwright.backend.llvm.deliver.DeliveredFiles;
import quantwright.backend.llvm.kernel.CpuKernels;
import quantwright.backend.llvm.lower.CpuProgram;
import quantwright.backend.llvm.object.NativeModel;
import quantwright.backend.llvm.object.ObjectCode;
import quantwright.backend.llvm.object.ReadOnlyData;
import quantwright.backend.llvm.text.TargetAttributes;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.profiles.CpuMachine;
import quantwright.profiles.HardwareProfile;

/** What CPU backends share: lowering to kernels, compiling, linking, and running the result. */
public abstract class LlvmBackend implements Backend {
    private static final String SHARED_OBJECT = "model.so";
    private static final String OBJECT = "model.o";
    /** Modules that compile in parallel; a constant, so that output does not depend on the host. */
    private static final int MODULES = 2;

    /** For subclasses. */
    protected LlvmBackend() {
    }

    /** The kernels of the profile's instruction set. */
    protected abstract CpuKernels kernels(CodeTarget target);

    /** The processors this backend makes code for. */
    protected abstract Architecture architecture();

    @Override
    public boolean accepts(HardwareProfile profile) {
        return profile.cpu().filter(c -> c.isa().equals(architecture().isa())).isPresent();
    }

    /** The profile's machine as a code generation target. */
    public CodeTarget target(HardwareProfile profile) {
        CpuMachine machine = profile.cpu().orElseThrow();
        Set<CpuFeature> features = EnumSet.noneOf(CpuFeature.class);
        for (CpuFeature f : CpuFeature.values()) {
            if (f.architecture() == architecture() && machine.features().contains(f.llvmName())) {
                features.add(f);
            }
        }
        return CodeTarget.of(architecture(), features, machine.tune());
    }

    @Override
    public Optional<String> hostRefusal(HardwareProfile profile) {
        CodeTarget target = target(profile);
        return HostFeatures.detect().refusal(target.architecture(), target.requiredFeatures());
    }

    @Override
    public List<Manifest.Step> plan(CompileRequest request) {
        CodeTarget target = target(request.profile());
        RuleCheck.check(request.graph(), request.profile());
        return CpuProgram.lower(request.graph(), kernels(target), TargetAttributes.of(target), request.symbol(),
                request.fuse(), MODULES).steps();
    }

    @Override
    public List<List<KernelOffer>> offers(CompileRequest request) {
        CodeTarget target = target(request.profile());
        return CpuProgram.lower(request.graph(), kernels(target), TargetAttributes.of(target), request.symbol(),
                request.fuse(), MODULES).offers();
    }

    @Override
    public List<StepEstimate> estimate(CompileRequest request) {
        StepCosts costs = new StepCosts(request.profile().cpu().flatMap(CpuMachine::performance).orElseThrow(() ->
                new UserErrorException(BackendDiagnostic.NO_THROUGHPUTS, Location.UNKNOWN, "profile "
                + request.profile().id())));
        CodeTarget target = target(request.profile());
        RuleCheck.check(request.graph(), request.profile());
        CpuProgram program = CpuProgram.lower(request.graph(), kernels(target), TargetAttributes.of(target),
                request.symbol(), request.fuse(), MODULES);
        LlvmToolchain toolchain = toolchain();
        KernelCycles kernels = new KernelCycles(toolchain, target, toolchain.compiler().compileAll(
                program.texts(target.requiredFeatures()), target, CodeOptions.AS_WRITTEN, MODULES));
        List<StepEstimate> estimates = new ArrayList<>();
        for (int i = 0; i < program.steps().size(); i++) {
            Manifest.Step step = program.steps().get(i);
            StepCosts.Cost cost = costs.cost(program.node(i), step);
            estimates.add(new StepEstimate(step, cost.cycles(), cost.bound(), program.calls(i).stream().mapToDouble(c ->
                    kernels.of(c).map(KernelCycles.Estimate::cycles).orElse(Double.NaN)).sum()));
        }
        return estimates;
    }

    @Override
    public Optional<CostOracle> costs() {
        return Optional.of(new CpuCostOracle());
    }

    @Override
    public CompiledModel compile(CompileRequest request) {
        CodeTarget target = target(request.profile());
        TargetAttributes attributes = TargetAttributes.of(target);
        LlvmToolchain toolchain = toolchain();
        request.progress().update("selecting kernels", 0, 3);
        RuleCheck.check(request.graph(), request.profile());
        CpuProgram program = CpuProgram.lower(request.graph(), kernels(target), attributes, request.symbol(),
                request.fuse(), MODULES);
        request.progress().update("generating code", 1, 3);
        List<ObjectCode> objects = new ArrayList<>(toolchain.compiler().compileAll(
                program.texts(target.requiredFeatures()), target, CodeOptions.AS_WRITTEN, MODULES));
        long codeBytes = objects.stream().mapToLong(o -> o.bytes().length).sum();
        objects.add(ReadOnlyData.object(target.architecture(), program.constantsSymbol(),
                MemorySegment.ofArray(program.constants()), program.arenaAlignment()));
        request.progress().update("linking", 2, 3);
        Map<String, byte[]> files = link(toolchain, objects);
        request.progress().update("linking", 3, 3);
        Manifest manifest = new Manifest(Manifest.FORMAT, version(), request.graph().name(), request.profile().id(),
                request.profile().hash(), id(), request.symbol(), program.arenaBytes(), program.arenaAlignment(),
                program.arenaLowerBound(), program.constants().length, codeBytes,
                target.extensions().stream().sorted().map(CpuFeature::llvmName).toList(), program.inputs(),
                program.outputs(), program.steps(), program.tensors(), Map.of());
        return new CompiledModel(manifest, program.tile(), files);
    }

    private static LlvmToolchain toolchain() {
        try {
            LlvmToolchain toolchain = LlvmToolchain.open();
            // Now, so that a library that cannot be unpacked or loaded is noticed here too.
            toolchain.compiler();
            toolchain.linker();
            return toolchain;
        } catch (LlvmUnavailable e) {
            throw new BackendUnavailable(e.getMessage(), e);
        }
    }

    private static String version() {
        String implementation = LlvmBackend.class.getPackage().getImplementationVersion();
        return implementation == null ? "development" : implementation;
    }

    private static Map<String, byte[]> link(LlvmToolchain toolchain, List<ObjectCode> objects) {
        return Map.of(SHARED_OBJECT, toolchain.linker().shared(objects, SHARED_OBJECT),
                OBJECT, toolchain.linker().relocatable(objects).bytes());
    }

    @Override
    public Map<String, byte[]> deliver(CompiledModel model, Set<Deliverable> wanted) {
        return new DeliveredFiles(model.manifest(), new ObjectCode(model.files().get(OBJECT)),
                architecture()).contents(wanted, toolchain());
    }

    @Override
    public Executor load(Artifact artifact) {
        Map<String, String> files = artifact.manifest().files();
        String delivered = DeliveredFiles.sharedName(artifact.manifest().symbol());
        if (!files.containsKey(SHARED_OBJECT) && !files.containsKey(delivered)) {
            throw new UserErrorException(BackendDiagnostic.NOTHING_TO_RUN, Location.file(artifact.folder()),
                    "no " + delivered);
        }
        return executor(artifact.manifest(), artifact.file(files.containsKey(delivered) ? delivered : SHARED_OBJECT));
    }

    /**
     * Loads a model that was just compiled, without an artifact folder.
     *
     * @throws quantwright.ir.diag.UserErrorException if this host lacks instructions the code uses
     */
    @Override
    public Executor load(CompiledModel model) {
        try {
            Path file = Files.createTempFile("quantwright", ".so");
            try {
                Files.write(file, model.files().get(SHARED_OBJECT));
                return executor(model.manifest(), file);
            } finally {
                // The mapping outlives the name.
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Executor executor(Manifest manifest, Path file) {
        return new LlvmExecutor(manifest, NativeModel.load(file, manifest.symbol(),
                manifest.inputs().size() + manifest.outputs().size()));
    }
}
