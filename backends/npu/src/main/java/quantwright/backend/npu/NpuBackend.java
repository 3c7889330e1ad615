package quantwright.backend.npu;

import java.util.List;
import java.util.Optional;
import quantwright.backend.Artifact;
import quantwright.backend.Backend;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompiledModel;
import quantwright.backend.Executor;
import quantwright.backend.Manifest;
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
        throw new UnsupportedOperationException("later");
    }

    @Override
    public Executor load(CompiledModel model) {
        throw new UnsupportedOperationException("later");
    }
}
