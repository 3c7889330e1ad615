package quantwright.backend.llvm.bind;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import quantwright.backend.llvm.LlvmUnavailable;
import quantwright.backend.llvm.LlvmUnavailable.Reason;

/**
 * The part of libLLVM's C API that turns IR text into an object file or assembly text, and bytes into instructions.
 * One method per C function or per tight group of them; pointers are {@link MemorySegment}, strings are Java strings,
 * and a failure that C reports by an out parameter is an {@link Optional} message. Not one of them is thread-safe
 * for the same context; different contexts are independent.
 */
public final class LlvmLibrary {
    /** The release line this binding is written for. */
    public static final String VERSION = "20.1";
    private static final int FUNCTION_INDEX = -1;
    private static final MethodType CALLBACK = MethodType.methodType(void.class, long.class, long.class);

    private final Calls calls;
    private final Map<String, Boolean> initialized = new ConcurrentHashMap<>();
    private volatile Consumer<String> fatalErrorHandler = message -> { };

    private LlvmLibrary(Calls calls) {
        this.calls = calls;
    }

    /**
     * Loads the library, for the rest of this JVM's life: LLVM keeps global state that does not survive unloading.
     *
     * @throws LlvmUnavailable when the file cannot be loaded or is another version
     */
    public static LlvmLibrary load(Path file) {
        Calls calls;
        try {
            calls = new Calls(NativeAccess.open(file, Arena.global()));
        } catch (IllegalArgumentException e) {
            throw new LlvmUnavailable(Reason.LOAD_FAILED, "the system cannot load " + file
                    + " (it needs glibc, libstdc++ and zlib): " + e.getMessage(), e);
        }
        var library = new LlvmLibrary(calls);
        if (!calls.has("LLVMGetVersion") || !library.version().startsWith(VERSION + ".")) {
            throw new LlvmUnavailable(Reason.WRONG_VERSION, file + " is not LLVM " + VERSION, null);
        }
        library.installFatalErrorHandler();
        library.keepInstructionOrder();
        return library;
    }

    /**
     * Switches off the pre-allocation machine scheduler: the kernels come scheduled, and it would gather their loads early
     * and then spill them. LLVM offers this per process only.
     */
    private void keepInstructionOrder() {
        try (var arena = Arena.ofConfined()) {
            var arguments = arena.allocate(ADDRESS, 2);
            arguments.setAtIndex(ADDRESS, 0, arena.allocateFrom("quantwright"));
            arguments.setAtIndex(ADDRESS, 1, arena.allocateFrom("-enable-misched=false"));
            calls.word("LLVMParseCommandLineOptions", 2, arguments, MemorySegment.NULL);
        }
    }

    /** The library's version, such as {@code 20.1.7}. */
    public String version() {
        try (var arena = Arena.ofConfined()) {
            var v = arena.allocate(JAVA_INT, 3);
            calls.word("LLVMGetVersion", v, v.asSlice(4), v.asSlice(8));
            return v.getAtIndex(JAVA_INT, 0) + "." + v.getAtIndex(JAVA_INT, 1) + "." + v.getAtIndex(JAVA_INT, 2);
        }
    }

    /** What to do when LLVM gives up: it exits the process once the handler returns. */
    public void onFatalError(Consumer<String> handler) {
        fatalErrorHandler = handler;
    }

    private void installFatalErrorHandler() {
        calls.word("LLVMInstallFatalErrorHandler", upcall(method("fatalError", CALLBACK).bindTo(this),
                Arena.global()));
    }

    private void fatalError(long message, long unused) {
        try {
            fatalErrorHandler.accept(NativeAccess.string(MemorySegment.ofAddress(message)));
        } catch (RuntimeException | Error e) {
            System.err.println("internal error in LLVM, and its handler failed: " + e);
        }
    }

    /** A function pointer for a callback of one or two words, in one signature for the reason {@link Calls} gives. */
    private static MemorySegment upcall(MethodHandle target, Arena arena) {
        return NativeAccess.upcall(target, FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG), arena);
    }

    private static MethodHandle method(String name, MethodType type) {
        try {
            return MethodHandles.lookup().findVirtual(LlvmLibrary.class, name, type);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** Registers a target's code generator, assembler and disassembler, once; {@code target} is such as "X86". */
    public void initializeTarget(String target) {
        initialized.computeIfAbsent(target, t -> {
            for (var part : new String[] {"TargetInfo", "Target", "TargetMC", "AsmPrinter", "AsmParser",
                "Disassembler"}) {
                calls.word("LLVMInitialize" + t + part);
            }
            return true;
        });
    }

    /** A new context; everything made in it lives on one thread. */
    public MemorySegment createContext() {
        return calls.pointer("LLVMContextCreate");
    }

    /** Frees a context and the types in it; its modules must be gone. */
    public void disposeContext(MemorySegment context) {
        calls.word("LLVMContextDispose", context);
    }

    /**
     * Sends a context's diagnostics to {@code sink} as (severity, text), severity 0 error, 1 warning, 2 remark,
     * 3 note. Without this an error ends the process. The sink must not throw.
     */
    public void onDiagnostic(MemorySegment context, DiagnosticSink sink, Arena arena) {
        var type = CALLBACK.insertParameterTypes(0, DiagnosticSink.class);
        var handle = MethodHandles.insertArguments(method("diagnostic", type).bindTo(this), 0, sink);
        calls.word("LLVMContextSetDiagnosticHandler", context, upcall(handle, arena), MemorySegment.NULL);
    }

    /** Receives diagnostics. */
    @FunctionalInterface
    public interface DiagnosticSink {
        /** One diagnostic of LLVM's own. */
        void report(int severity, String message);
    }

    private void diagnostic(DiagnosticSink sink, long info, long unused) {
        var text = calls.pointer("LLVMGetDiagInfoDescription", info);
        sink.report(calls.integer("LLVMGetDiagInfoSeverity", info), take(text));
    }

    /** A module or the parser's message. */
    public record Parsed(MemorySegment module, Optional<String> error) {
    }

    /** Parses IR text (not null-terminated UTF-8); the module is the caller's to dispose. */
    public Parsed parse(MemorySegment context, byte[] text, String name) {
        try (var arena = Arena.ofConfined()) {
            var bytes = arena.allocate(text.length + 1L);
            MemorySegment.copy(text, 0, bytes, JAVA_BYTE, 0, text.length);
            var buffer = calls.pointer("LLVMCreateMemoryBufferWithMemoryRangeCopy", bytes, (long) text.length,
                    arena.allocateFrom(name));
            var out = arena.allocate(ADDRESS, 2);
            // The parser takes the buffer over, also when it fails.
            int failed = calls.integer("LLVMParseIRInContext", context, buffer, out, out.asSlice(8));
            return new Parsed(out.getAtIndex(ADDRESS, 0), message(failed != 0, out.getAtIndex(ADDRESS, 1)));
        }
    }

    /** Frees a module. */
    public void disposeModule(MemorySegment module) {
        calls.word("LLVMDisposeModule", module);
    }

    /** The verifier's message, if the module breaks a rule of the IR. */
    public Optional<String> verify(MemorySegment module) {
        try (var arena = Arena.ofConfined()) {
            var out = arena.allocate(ADDRESS);
            int returnStatus = 2;
            int broken = calls.integer("LLVMVerifyModule", module, returnStatus, out);
            var text = out.get(ADDRESS, 0);
            if (broken != 0) {
                return message(true, text);
            }
            take(text);
            return Optional.empty();
        }
    }

    /** The module as IR text. */
    public String print(MemorySegment module) {
        return take(calls.pointer("LLVMPrintModuleToString", module));
    }

    /** The module's data layout string. */
    public String dataLayout(MemorySegment module) {
        return NativeAccess.string(calls.pointer("LLVMGetDataLayoutStr", module));
    }

    /** The module's target triple. */
    public String triple(MemorySegment module) {
        return NativeAccess.string(calls.pointer("LLVMGetTarget", module));
    }

    /** The first function of a module, or a null pointer. */
    public MemorySegment firstFunction(MemorySegment module) {
        return calls.pointer("LLVMGetFirstFunction", module);
    }

    /** The next function, or a null pointer. */
    public MemorySegment nextFunction(MemorySegment function) {
        return calls.pointer("LLVMGetNextFunction", function);
    }

    /** Whether a function has no body here. */
    public boolean isDeclaration(MemorySegment function) {
        return calls.integer("LLVMIsDeclaration", function) != 0;
    }

    /** A function's name. */
    public String name(MemorySegment value) {
        try (var arena = Arena.ofConfined()) {
            var length = arena.allocate(JAVA_LONG);
            var text = calls.pointer("LLVMGetValueName2", value, length);
            var bytes = NativeAccess.view(text, length.get(JAVA_LONG, 0)).toArray(JAVA_BYTE);
            return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    /** Sets a function's string attribute, replacing an earlier value. */
    public void setAttribute(MemorySegment function, String key, String value) {
        try (var arena = Arena.ofConfined()) {
            calls.word("LLVMAddTargetDependentFunctionAttr", function, arena.allocateFrom(key),
                    arena.allocateFrom(value));
        }
    }

    /** Sets a function's enumerated attribute, such as {@code nounwind}. */
    public void setAttribute(MemorySegment context, MemorySegment function, String name) {
        try (var arena = Arena.ofConfined()) {
            int kind = calls.integer("LLVMGetEnumAttributeKindForName", arena.allocateFrom(name),
                    (long) name.length());
            var attribute = calls.pointer("LLVMCreateEnumAttribute", context, kind, 0L);
            calls.word("LLVMAddAttributeAtIndex", function, FUNCTION_INDEX, attribute);
        }
    }

    /** The union of the fast-math flags (bits of {@code LLVMFastMathFlags}) on a function's instructions. */
    public int fastMathFlags(MemorySegment function) {
        int flags = 0;
        for (var block = calls.pointer("LLVMGetFirstBasicBlock", function); block.address() != 0;
                block = calls.pointer("LLVMGetNextBasicBlock", block)) {
            for (var instruction = calls.pointer("LLVMGetFirstInstruction", block); instruction.address() != 0;
                    instruction = calls.pointer("LLVMGetNextInstruction", instruction)) {
                if (calls.integer("LLVMCanValueUseFastMathFlags", instruction) != 0) {
                    flags |= calls.integer("LLVMGetFastMathFlags", instruction);
                }
            }
        }
        return flags;
    }

    /**
     * A target machine for position-independent code in the small code model; the result is null when LLVM does not
     * know the triple.
     *
     * @param level 0 to 3
     */
    public MemorySegment createTargetMachine(String triple, String cpu, String features, int level) {
        try (var arena = Arena.ofConfined()) {
            var out = arena.allocate(ADDRESS, 2);
            var name = arena.allocateFrom(triple);
            if (calls.integer("LLVMGetTargetFromTriple", name, out, out.asSlice(8)) != 0) {
                take(out.getAtIndex(ADDRESS, 1));
                return MemorySegment.NULL;
            }
            int pic = 2;
            int small = 3;
            return calls.pointer("LLVMCreateTargetMachine", out.getAtIndex(ADDRESS, 0), name,
                    arena.allocateFrom(cpu), arena.allocateFrom(features), level, pic, small);
        }
    }

    /** Frees a target machine. */
    public void disposeTargetMachine(MemorySegment machine) {
        calls.word("LLVMDisposeTargetMachine", machine);
    }

    /** The data layout LLVM itself gives a target machine. */
    public String targetDataLayout(MemorySegment machine) {
        var data = calls.pointer("LLVMCreateTargetDataLayout", machine);
        try {
            return take(calls.pointer("LLVMCopyStringRepOfTargetData", data));
        } finally {
            calls.word("LLVMDisposeTargetData", data);
        }
    }

    /** Runs a pass pipeline in the syntax of {@code opt -passes}; the message if it is refused. */
    public Optional<String> runPasses(MemorySegment module, MemorySegment machine, String pipeline) {
        try (var arena = Arena.ofConfined()) {
            var options = calls.pointer("LLVMCreatePassBuilderOptions");
            try {
                var error = calls.pointer("LLVMRunPasses", module, arena.allocateFrom(pipeline), machine, options);
                if (error.address() == 0) {
                    return Optional.empty();
                }
                var text = calls.pointer("LLVMGetErrorMessage", error);
                var result = NativeAccess.string(text);
                calls.word("LLVMDisposeErrorMessage", text);
                return Optional.of(result);
            } finally {
                calls.word("LLVMDisposePassBuilderOptions", options);
            }
        }
    }

    /** Emitted bytes, or the message. */
    public record Emitted(byte[] bytes, Optional<String> error) {
    }

    /** Generates code: an object file, or assembly text. The module is consumed in the sense that it is lowered. */
    public Emitted emit(MemorySegment module, MemorySegment machine, boolean object) {
        try (var arena = Arena.ofConfined()) {
            var out = arena.allocate(ADDRESS, 2);
            int failed = calls.integer("LLVMTargetMachineEmitToMemoryBuffer", machine, module, object ? 1 : 0,
                    out.asSlice(8), out);
            if (failed != 0) {
                return new Emitted(new byte[0], message(true, out.getAtIndex(ADDRESS, 1)));
            }
            var buffer = out.getAtIndex(ADDRESS, 0);
            var start = calls.pointer("LLVMGetBufferStart", buffer);
            var bytes = NativeAccess.view(start, calls.word("LLVMGetBufferSize", buffer)).toArray(JAVA_BYTE);
            calls.word("LLVMDisposeMemoryBuffer", buffer);
            return new Emitted(bytes, Optional.empty());
        }
    }

    /**
     * A disassembler, or a null pointer when the triple is unknown.
     *
     * @param intelSyntax for x86: Intel's operand order instead of AT&amp;T's
     */
    public MemorySegment createDisassembler(String triple, String cpu, String features, boolean intelSyntax) {
        try (var arena = Arena.ofConfined()) {
            var context = calls.pointer("LLVMCreateDisasmCPUFeatures", arena.allocateFrom(triple),
                    arena.allocateFrom(cpu), arena.allocateFrom(features), MemorySegment.NULL, 0,
                    MemorySegment.NULL, MemorySegment.NULL);
            long otherSyntax = 4;
            if (context.address() != 0 && intelSyntax) {
                calls.integer("LLVMSetDisasmOptions", context, otherSyntax);
            }
            return context;
        }
    }

    /**
     * Decodes the instruction at the start of {@code code} into {@code text} (zero-terminated).
     *
     * @return its length in bytes, 0 when it is none of the target's
     */
    public int disassemble(MemorySegment disassembler, MemorySegment code, long address, MemorySegment text) {
        return (int) calls.word("LLVMDisasmInstruction", disassembler, code, code.byteSize(), address, text,
                text.byteSize());
    }

    /** Frees a disassembler. */
    public void disposeDisassembler(MemorySegment disassembler) {
        calls.word("LLVMDisasmDispose", disassembler);
    }

    private Optional<String> message(boolean failed, MemorySegment text) {
        return failed ? Optional.of(take(text)) : Optional.empty();
    }

    private String take(MemorySegment text) {
        if (text.address() == 0) {
            return "";
        }
        var result = NativeAccess.string(text);
        calls.word("LLVMDisposeMessage", text);
        return result;
    }
}
