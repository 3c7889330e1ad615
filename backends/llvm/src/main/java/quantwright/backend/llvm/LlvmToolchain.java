package quantwright.backend.llvm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import quantwright.backend.llvm.bind.LlvmLibrary;
import quantwright.backend.llvm.bind.NativeCache;
import quantwright.backend.llvm.object.ElfLinker;
import quantwright.backend.llvm.object.ObjectCode;
import quantwright.backend.llvm.object.SharedObject;

/**
 * Everything of the native LLVM artifact: the compiler (libLLVM in this process) and the linker (a child process).
 * Nothing is unpacked or loaded before it is asked for.
 */
public final class LlvmToolchain {
    /** A native library is one per process, whatever the number of toolchains. */
    private static LlvmLibrary loaded;

    private final NativeCache cache;
    private final Reproducer reproducer;
    private LlvmCompiler compiler;

    private LlvmToolchain(NativeCache cache, Path reproducers) {
        this.cache = cache;
        this.reproducer = new Reproducer(reproducers);
    }

    /**
     * Finds the artifact; reproducers go to the system's folder for temporary files.
     *
     * @throws LlvmUnavailable when it cannot be found
     */
    public static LlvmToolchain open() {
        return open(Path.of(System.getProperty("java.io.tmpdir")));
    }

    /**
     * Finds the artifact.
     *
     * @param reproducers where the input of a failed compilation is saved
     * @throws LlvmUnavailable when it cannot be found
     */
    public static LlvmToolchain open(Path reproducers) {
        return new LlvmToolchain(NativeCache.locate(), reproducers);
    }

    /**
     * The compiler; the first call loads libLLVM.
     *
     * @throws LlvmUnavailable when the library cannot be unpacked or loaded
     */
    public synchronized LlvmCompiler compiler() {
        if (compiler == null) {
            compiler = new LlvmCompiler(library(cache), reproducer);
        }
        return compiler;
    }

    /** The disassembler. */
    public Disassembler disassembler() {
        return new Disassembler(library(cache), compiler());
    }

    private static synchronized LlvmLibrary library(NativeCache cache) {
        if (loaded == null) {
            loaded = LlvmLibrary.load(cache.library());
        }
        return loaded;
    }

    /** The linker. */
    public ElfLinker linker() {
        return new ElfLinker(cache.executable("lld"));
    }

    /**
     * Puts an object into a static archive with a symbol index and without times or owners.
     *
     * @throws CodeGenerationException when the archiver refuses it
     */
    public byte[] archive(String member, ObjectCode object) {
        var result = ChildTool.run(cache.executable("llvm-ar"), List.of("rcsD", "archive.a", member),
                Map.of(member, object.bytes()), "archive.a");
        if (result.status() != 0) {
            throw new CodeGenerationException(CodeGenerationException.Stage.LINK, result.messages().strip(), null);
        }
        return result.output();
    }

    /** An executable of the artifact, such as {@code llvm-mca} or {@code llvm-objdump}, unpacked on first use. */
    public Path executable(String name) {
        return cache.executable(name);
    }

    /**
     * Compiles modules, links them and loads the result, for tests and for tuning; nothing stays on disk.
     *
     * @throws CodeGenerationException when a module is refused
     */
    public SharedObject build(List<String> moduleTexts, CodeTarget target, CodeOptions options) {
        return load(compiler().compileAll(moduleTexts, target, options, Runtime.getRuntime().availableProcessors()));
    }

    /** Compiles one module as it is written, links and loads it. */
    public SharedObject build(String moduleText, CodeTarget target) {
        return build(List.of(moduleText), target, CodeOptions.AS_WRITTEN);
    }

    /** Links objects and loads the result; nothing stays on disk. */
    public SharedObject load(List<ObjectCode> objects) {
        try {
            var file = Files.createTempFile("quantwright", ".so");
            try {
                Files.write(file, linker().shared(objects, "quantwright.so"));
                return SharedObject.load(file);
            } finally {
                // The mapping outlives the name.
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
