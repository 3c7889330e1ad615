package quantwright.backend.jvm;

import java.io.ByteArrayInputStream;
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
import quantwright.ir.pass.GraphCopy;
import quantwright.profiles.HardwareProfile;

/** A model as a jar that runs on any JVM 25, with no native code and without Quantwright. */
public final class JvmBackend implements Backend {
    private static final String JAR = CompiledModel.JAR;
    private static final String PACKAGE = "model";

    /** For the service loader. */
    public JvmBackend() {
    }

    @Override
    public String id() {
        return "bytecode";
    }

    @Override
    public boolean accepts(HardwareProfile profile) {
        return profile.cpu().filter(c -> c.isa().equals("bytecode")).isPresent();
    }

    @Override
    public Optional<String> hostRefusal(HardwareProfile profile) {
        return Optional.empty();
    }

    @Override
    public boolean isPortable() {
        return true;
    }

    @Override
    public List<Manifest.Step> plan(CompileRequest request) {
        return new Lowering(request.graph()).steps();
    }

    @Override
    public CompiledModel compile(CompileRequest request) {
        request.progress().update("selecting kernels", 0, 2);
        Lowering lowering = new Lowering(request.graph());
        request.progress().update("writing classes", 1, 2);
        String name = className(request.symbol());
        Map<String, byte[]> files = new ModelClass(lowering.program(), name).files();
        byte[] jar = ModelClass.jar(files);
        long code = files.entrySet().stream().filter(f -> f.getKey().endsWith(".class"))
                .mapToLong(f -> f.getValue().length).sum();
        long constants = files.values().stream().mapToLong(f -> f.length).sum() - code;
        request.progress().update("writing classes", 2, 2);
        Manifest manifest = new Manifest(Manifest.FORMAT, version(), request.graph().name(), request.profile().id(),
                request.profile().hash(), id(), request.symbol(), lowering.program().arrayBytes(), 8,
                lowering.program().liveBytes(), constants, code, List.of(), lowering.inputs(), lowering.outputs(),
                lowering.steps(), lowering.tensors(), Map.of());
        return new CompiledModel(manifest, GraphCopy.of(request.graph()), Map.of(JAR, jar));
    }

    /** Internal name of the class of a model with this symbol. */
    static String className(String symbol) {
        return PACKAGE + "/" + symbol;
    }

    private static String version() {
        String implementation = JvmBackend.class.getPackage().getImplementationVersion();
        return implementation == null ? "development" : implementation;
    }

    @Override
    public Executor load(Artifact artifact) {
        try {
            return executor(artifact.manifest(), Files.readAllBytes(artifact.file(JAR)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Executor load(CompiledModel model) {
        return executor(model.manifest(), model.files().get(JAR));
    }

    private static Executor executor(Manifest manifest, byte[] jar) {
        try {
            return new JvmExecutor(manifest, JarLoader.load(new ByteArrayInputStream(jar),
                    className(manifest.symbol()).replace('/', '.')));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
