package quantwright.backend.npu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import quantwright.backend.Artifact;
import quantwright.backend.Backend;
import quantwright.backend.BackendDiagnostic;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompiledModel;
import quantwright.backend.CostOracle;
import quantwright.backend.Executor;
import quantwright.backend.Manifest;
import quantwright.backend.ProgramRunner;
import quantwright.ir.Graph;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.op.OpRegistry;
import quantwright.ir.text.QirParser;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.ProgramBinary;
import quantwright.npu.isa.ProgramFormatException;
import quantwright.profiles.HardwareProfile;

/** Programs for NPUs of the machine template of {@code docs/npu.md}. */
public final class NpuBackend implements Backend {
    /** For the service loader. */
    public NpuBackend() {
    }

    @Override
    public String id() {
        return "npu";
    }

    @Override
    public boolean accepts(HardwareProfile profile) {
        return profile.npu().isPresent();
    }

    @Override
    public Optional<String> hostRefusal(HardwareProfile profile) {
        return Optional.of("this host is no NPU of profile " + profile.id());
    }

    @Override
    public List<Manifest.Step> plan(CompileRequest request) {
        return NpuModel.of(request).steps();
    }

    @Override
    public CompiledModel compile(CompileRequest request) {
        return NpuModel.of(request).compiled();
    }

    @Override
    public Executor load(Artifact artifact) {
        throw elsewhere(artifact.manifest());
    }

    @Override
    public Executor load(CompiledModel model) {
        throw elsewhere(model.manifest());
    }

    private static UserErrorException elsewhere(Manifest manifest) {
        return new UserErrorException(BackendDiagnostic.HOST_FEATURES, Location.UNKNOWN, "the programs are for the NPU of "
                + manifest.profile() + ", which --on simulator executes");
    }

    @Override
    public Optional<Executor> simulate(Artifact artifact, ProgramRunner runner) {
        if (artifact.manifest().files().containsKey(Artifact.DATA_FILE)) {
            artifact.file(Artifact.DATA_FILE);
        }
        Graph graph = new QirParser(OpRegistry.builtin()).read(artifact.file(Artifact.GRAPH_FILE));
        List<byte[]> binaries = new ArrayList<>();
        for (int i = 0; artifact.manifest().files().containsKey(NpuModel.file(i)); i++) {
            Path file = artifact.file(NpuModel.file(i));
            try {
                binaries.add(Files.readAllBytes(file));
            } catch (IOException e) {
                throw new UserErrorException(BackendDiagnostic.ARTIFACT_DAMAGED, Location.file(file), e.toString());
            }
        }
        return Optional.of(executor(artifact.manifest(), graph, binaries, runner, artifact.folder()));
    }

    @Override
    public Optional<Executor> simulate(CompiledModel model, ProgramRunner runner) {
        return Optional.of(executor(model.manifest(), model.tile(), binaries(model), runner, Path.of(NpuModel.file(0))));
    }

    @Override
    public Optional<ProgramRunner.MachineCost> simulatedCost(CompiledModel model, HardwareProfile profile,
            ProgramRunner runner) {
        return Optional.of(binaries(model).stream().map(b -> runner.cost(b, profile)).reduce(ProgramRunner.MachineCost.NONE,
                ProgramRunner.MachineCost::plus));
    }

    private static List<byte[]> binaries(CompiledModel model) {
        List<byte[]> binaries = new ArrayList<>();
        for (int i = 0; model.files().containsKey(NpuModel.file(i)); i++) {
            binaries.add(model.files().get(NpuModel.file(i)));
        }
        return binaries;
    }

    private static Executor executor(Manifest manifest, Graph graph, List<byte[]> binaries, ProgramRunner runner,
            Path place) {
        List<Program> programs = new ArrayList<>();
        for (byte[] binary : binaries) {
            try {
                programs.add(ProgramBinary.read(binary));
            } catch (ProgramFormatException e) {
                throw new UserErrorException(BackendDiagnostic.ARTIFACT_DAMAGED, Location.file(place), e.getMessage());
            }
        }
        return new NpuExecutor(manifest, graph, programs, binaries, runner);
    }

    @Override
    public Optional<CostOracle> costs() {
        return Optional.of(new NpuCostOracle());
    }
}
