package acme.backend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quantwright.backend.Artifact;
import quantwright.backend.Backend;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompiledModel;
import quantwright.backend.Executor;
import quantwright.backend.Manifest;
import quantwright.backend.vendor.VendorModel;
import quantwright.ir.Node;
import quantwright.ir.op.ExtensionOp;
import quantwright.ir.op.OpRegistry;
import quantwright.ir.text.QirParser;
import quantwright.profiles.HardwareProfile;

/** Emits the chip's command stream, and executes it in place of the chip. */
public final class AcmeBackend implements Backend {
    private static final String STREAM = "stream.acme";
    private static final String CONSTANTS = "constants.bin";

    /** For the service loader. */
    public AcmeBackend() {
    }

    @Override
    public String id() {
        return "acme";
    }

    @Override
    public boolean accepts(HardwareProfile profile) {
        return profile.vendor().filter(id()::equals).isPresent();
    }

    @Override
    public Optional<String> hostRefusal(HardwareProfile profile) {
        return Optional.empty();
    }

    @Override
    public List<Manifest.Step> plan(CompileRequest request) {
        return steps(VendorModel.of(request.graph(), new AcmeTarget()));
    }

    private static List<Manifest.Step> steps(VendorModel model) {
        return model.steps(AcmeBackend::unit);
    }

    private static String unit(Node node) {
        return node.op() instanceof ExtensionOp ? "convolver and adder" : "one unit";
    }

    @Override
    public CompiledModel compile(CompileRequest request) {
        VendorModel model = VendorModel.of(request.graph(), new AcmeTarget());
        byte[] stream = Stream.encode(model);
        return new CompiledModel(model.manifest(request, id(), "acme 1", steps(model), AcmeTarget.ALIGNMENT,
                stream.length), request.graph(), Map.of(STREAM, stream, CONSTANTS, model.constants()));
    }

    @Override
    public Executor load(Artifact artifact) {
        artifact.file(Artifact.DATA_FILE);
        try {
            return new AcmeExecutor(VendorModel.of(new QirParser(OpRegistry.builtin())
                    .read(artifact.file(Artifact.GRAPH_FILE)), new AcmeTarget()),
                    Files.readAllBytes(artifact.file(STREAM)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Executor load(CompiledModel model) {
        return new AcmeExecutor(VendorModel.of(model.tile(), new AcmeTarget()), model.files().get(STREAM));
    }
}
