package quantwright.backend.llvm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import quantwright.backend.llvm.CodeGenerationException.Stage;
import quantwright.backend.llvm.bind.LlvmLibrary;
import quantwright.backend.llvm.object.ObjectCode;

/**
 * LLVM IR text to machine code. Every call has its own LLVM context and thread, so calls may run at once; the same
 * text, target and options give the same bytes on any host.
 *
 * <p>Each function is given the target's complete feature string and is made {@code nounwind} and
 * {@code no-builtins}: the object needs no unwinder, and no loop becomes a library call. A module that carries
 * fast-math flags, before or after the passes, is refused.
 */
public final class LlvmCompiler {
    /** Instruction selection recurses along operand chains; a Java thread's default stack is too small for that. */
    private static final long STACK_BYTES = 64L << 20;
    /** reassoc, arcp, contract, afn: the flags that change a result's bits. */
    private static final int INEXACT_FLAGS = 1 | 1 << 4 | 1 << 5 | 1 << 6;

    private final LlvmLibrary library;
    private final Reproducer reproducer;
    private final Map<Thread, Request> running = new ConcurrentHashMap<>();

    LlvmCompiler(LlvmLibrary library, Reproducer reproducer) {
        this.library = library;
        this.reproducer = reproducer;
        library.onFatalError(this::halt);
    }

    /** The version of libLLVM, such as {@code 20.1.7}. */
    public String version() {
        return library.version();
    }

    /**
     * Compiles one module to an object file.
     *
     * @throws CodeGenerationException when the text is not acceptable; the text is saved first
     */
    public ObjectCode compile(String moduleText, CodeTarget target, CodeOptions options) {
        return new ObjectCode(onOwnThread(new Request(moduleText, target, options, Output.OBJECT)));
    }

    /** Compiles one module to assembly text, for people. */
    public String assembly(String moduleText, CodeTarget target, CodeOptions options) {
        return new String(onOwnThread(new Request(moduleText, target, options, Output.ASSEMBLY)),
                StandardCharsets.UTF_8);
    }

    /** The module's IR text after the passes, for people. */
    public String optimized(String moduleText, CodeTarget target, CodeOptions options) {
        return new String(onOwnThread(new Request(moduleText, target, options, Output.IR)), StandardCharsets.UTF_8);
    }

    /**
     * Compiles modules on {@code threads} threads; the results are in the order of the texts. A module costs 1 to 3 ms
     * beyond its functions, so many small functions are better put into a few modules, two or three for each thread.
     */
    public List<ObjectCode> compileAll(List<String> moduleTexts, CodeTarget target, CodeOptions options, int threads) {
        var results = new ObjectCode[moduleTexts.size()];
        // The longest first, so that no thread is left with one at the end.
        var order = java.util.stream.IntStream.range(0, results.length).boxed()
                .sorted(java.util.Comparator.comparing(i -> -moduleTexts.get(i).length())).toList();
        var next = new AtomicInteger();
        var workers = new ArrayList<FutureTask<Void>>();
        for (int t = 0; t < Math.min(threads, results.length); t++) {
            workers.add(start(() -> {
                for (int n = next.getAndIncrement(); n < results.length; n = next.getAndIncrement()) {
                    int i = order.get(n);
                    var request = new Request(moduleTexts.get(i), target, options, Output.OBJECT);
                    results[i] = new ObjectCode(process(request));
                }
                return null;
            }));
        }
        workers.forEach(LlvmCompiler::await);
        return List.of(results);
    }

    /** Assembles lines for a target; the result is the assembler's complaint about each line it refuses. */
    List<String> assemblerErrors(List<String> lines, CodeTarget target) {
        var text = new StringBuilder();
        for (var line : lines) {
            text.append("module asm \"").append(line.replace("\\", "\\5C").replace("\"", "\\22")).append("\"\n");
        }
        var request = new Request(text.toString(), target, CodeOptions.AS_WRITTEN, Output.OBJECT);
        var errors = new ArrayList<String>();
        await(start(() -> {
            process(request, errors, false);
            return null;
        }));
        return errors;
    }

    private enum Output { OBJECT, ASSEMBLY, IR }

    private record Request(String text, CodeTarget target, CodeOptions options, Output output) {
    }

    private byte[] onOwnThread(Request request) {
        return await(start(() -> process(request)));
    }

    private static <T> FutureTask<T> start(Callable<T> work) {
        var task = new FutureTask<>(work);
        Thread.ofPlatform().name("quantwright-llvm").daemon(true).stackSize(STACK_BYTES).start(task);
        return task;
    }

    private static <T> T await(FutureTask<T> task) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    // LLVM cannot be interrupted; finish, then tell the caller.
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException r -> throw r;
                case Error r -> throw r;
                default -> throw new IllegalStateException(e.getCause());
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private byte[] process(Request request) {
        return process(request, new ArrayList<>(), true);
    }

    private byte[] process(Request request, List<String> errors, boolean errorsFail) {
        var thread = Thread.currentThread();
        running.put(thread, request);
        try (var arena = Arena.ofConfined()) {
            library.initializeTarget(llvmTarget(request.target()));
            var context = library.createContext();
            try {
                library.onDiagnostic(context, (severity, message) -> {
                    if (severity == 0) {
                        errors.add(message);
                    }
                }, arena);
                var result = processIn(context, request);
                if (errorsFail && !errors.isEmpty()) {
                    throw fail(Stage.EMIT, String.join("\n", errors), request);
                }
                return result;
            } finally {
                library.disposeContext(context);
            }
        } finally {
            running.remove(thread);
        }
    }

    /** The name of a target's code generator in LLVM. */
    static String llvmTarget(CodeTarget target) {
        return switch (target.architecture()) {
            case X86_64 -> "X86";
            case AARCH64 -> "AArch64";
        };
    }

    private byte[] processIn(MemorySegment context, Request request) {
        var parsed = library.parse(context, withLayout(request).getBytes(StandardCharsets.UTF_8), "module");
        parsed.error().ifPresent(m -> fail(Stage.PARSE, m, request));
        var module = parsed.module();
        try {
            library.verify(module).ifPresent(m -> fail(Stage.VERIFY, m, request));
            return lower(context, module, request);
        } finally {
            library.disposeModule(module);
        }
    }

    private byte[] lower(MemorySegment context, MemorySegment module, Request request) {
        var target = request.target();
        var machine = library.createTargetMachine(target.triple(), target.cpu(), target.features(),
                request.options().codegenLevel());
        if (machine.address() == 0) {
            throw fail(Stage.EMIT, "LLVM does not know the target " + target.triple(), request);
        }
        try {
            checkLayout(module, machine, request);
            prepare(context, module, request);
            checkFloats(module, request);
            if (!request.options().passes().isEmpty()) {
                library.runPasses(module, machine, request.options().passes())
                        .ifPresent(m -> fail(Stage.PASSES, m, request));
                checkFloats(module, request);
            }
            if (request.output() == Output.IR) {
                return library.print(module).getBytes(StandardCharsets.UTF_8);
            }
            var emitted = library.emit(module, machine, request.output() == Output.OBJECT);
            emitted.error().ifPresent(m -> fail(Stage.EMIT, m, request));
            return emitted.bytes();
        } finally {
            library.disposeTargetMachine(machine);
        }
    }

    /** The layout decides default alignments while the text is parsed, so it must stand in the text. */
    private static String withLayout(Request request) {
        var text = request.text();
        if (text.contains("target datalayout")) {
            return text;
        }
        var target = request.target();
        return "target datalayout = \"" + target.dataLayout() + "\" target triple = \"" + target.triple() + "\" "
                + text;
    }

    private void checkLayout(MemorySegment module, MemorySegment machine, Request request) {
        var layout = request.target().dataLayout();
        var actual = library.targetDataLayout(machine);
        if (!layout.equals(actual)) {
            throw fail(Stage.CONTRACT, "data layout " + layout + " of the target is not LLVM's: " + actual, request);
        }
        if (!library.dataLayout(module).equals(layout)
                || !library.triple(module).equals(request.target().triple())) {
            throw fail(Stage.CONTRACT, "the module is for " + library.triple(module) + " with layout "
                    + library.dataLayout(module) + ", not for the target", request);
        }
    }

    private void prepare(MemorySegment context, MemorySegment module, Request request) {
        var target = request.target();
        var features = target.features();
        var width = Integer.toString(target.vectorWidth());
        for (var f = library.firstFunction(module); f.address() != 0; f = library.nextFunction(f)) {
            if (library.isDeclaration(f)) {
                TargetIntrinsics.problem(library.name(f), target)
                        .ifPresent(m -> fail(Stage.CONTRACT, m, request));
                continue;
            }
            library.setAttribute(f, "target-cpu", target.cpu());
            library.setAttribute(f, "tune-cpu", target.tuneCpu());
            library.setAttribute(f, "target-features", features);
            library.setAttribute(f, "prefer-vector-width", width);
            library.setAttribute(f, "min-legal-vector-width", width);
            library.setAttribute(f, "no-builtins", "");
            library.setAttribute(context, f, "nounwind");
        }
    }

    private void checkFloats(MemorySegment module, Request request) {
        for (var f = library.firstFunction(module); f.address() != 0; f = library.nextFunction(f)) {
            int flags = library.fastMathFlags(f) & INEXACT_FLAGS;
            if (flags != 0) {
                throw fail(Stage.CONTRACT, "@" + library.name(f) + " has fast-math flags 0x"
                        + Integer.toHexString(flags) + "; floats are exact", request);
            }
        }
    }

    private CodeGenerationException fail(Stage stage, String message, Request request) {
        throw new CodeGenerationException(stage, message.strip(),
                reproducer.save(request.text(), request.target(), request.options(), stage + ": " + message));
    }

    private void halt(String message) {
        var request = running.get(Thread.currentThread());
        var saved = request == null ? null
                : reproducer.save(request.text(), request.target(), request.options(), message);
        System.err.println("internal error: LLVM gave up: " + message.strip()
                + (saved == null ? "" : "; reproducer: " + saved));
        Runtime.getRuntime().halt(2);
    }
}
