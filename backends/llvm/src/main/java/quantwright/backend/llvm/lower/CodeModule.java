package quantwright.backend.llvm.lower;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import quantwright.backend.llvm.cost.KernelCycles;
import quantwright.backend.llvm.object.NativeModel;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.ModuleBuilder.Linkage;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.TargetAttributes;
import quantwright.backend.llvm.text.Value;

/**
 * The program of a model: one function for each distinct kernel, spread over several modules that compile in parallel, a
 * constants block, and the entry points {@code NAME_run}, {@code NAME_run_traced}, {@code NAME_run_slice} and
 * {@code NAME_required_features}.
 */
final class CodeModule {
    private static final int LINE = 64;
    private final String symbol;
    private final TargetAttributes target;
    private final Map<Object, String> functions = new LinkedHashMap<>();
    private final Map<ByteBuffer, Long> constantOffsets = new LinkedHashMap<>();
    private final ByteArrayOutputStream constants = new ByteArrayOutputStream();
    private final List<ModuleBuilder> modules = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();
    private final List<Integer> stepEnds = new ArrayList<>();

    private record Call(String function, KernelCall kernel, long constantOffset) {
    }

    CodeModule(String symbol, TargetAttributes target, int parallel) {
        this.symbol = symbol;
        this.target = target;
        for (int i = 0; i < parallel; i++) {
            modules.add(new ModuleBuilder(target));
        }
    }

    /** Adds a step's calls. */
    void add(Step step) {
        for (KernelCall call : step.calls()) {
            String function = functions.get(call.key());
            if (function == null) {
                function = symbol + "_k" + functions.size();
                functions.put(call.key(), function);
                call.emitter().emit(modules.get(functions.size() % modules.size()), function, Linkage.HIDDEN);
            }
            calls.add(new Call(function, call, constant(call.constants())));
        }
        stepEnds.add(calls.size());
    }

    /** The calls of a step. */
    List<KernelCycles.Call> kernelCalls(int step) {
        return callsOf(step).stream().map(c -> new KernelCycles.Call(c.function, c.kernel.arguments().size() + 1,
                c.kernel.units(), images(c.kernel))).toList();
    }

    /** How often a kernel is called, once for each image. */
    private static int images(KernelCall kernel) {
        return kernel.arguments().stream().mapToInt(Placement::images).max().orElse(1);
    }

    /** Offset in the constants block of these bytes, shared with equal ones. */
    long constant(byte[] bytes) {
        if (bytes.length == 0) {
            return 0;
        }
        return constantOffsets.computeIfAbsent(ByteBuffer.wrap(bytes), _ -> {
            long at = constants.size();
            constants.writeBytes(bytes);
            // Kernels may read a vector past the end of their block.
            constants.writeBytes(new byte[LINE - bytes.length % LINE + LINE]);
            while (constants.size() % LINE != 0) {
                constants.write(0);
            }
            return at;
        });
    }

    /** The constants block, aligned to 64 bytes in the object as symbol {@link #constantsSymbol()}. */
    byte[] constants() {
        return constants.size() == 0 ? new byte[LINE] : constants.toByteArray();
    }

    String constantsSymbol() {
        return symbol + "_constants";
    }

    /** The texts of all modules, entry points included. */
    List<String> texts(int inputs, int outputs, int requiredFeatures) {
        ModuleBuilder main = new ModuleBuilder(target);
        main.raw("@" + constantsSymbol() + " = external hidden constant [0 x i8], align 64");
        emitBody(main, inputs, outputs);
        emitEntry(main, inputs, outputs, false);
        emitEntry(main, inputs, outputs, true);
        emitSlices(main, inputs, outputs);
        FunctionBuilder features = main.function(symbol + "_required_features", Linkage.EXTERNAL, IrType.I32);
        features.ret(Value.i32(requiredFeatures));
        List<String> texts = new ArrayList<>();
        texts.add(main.text());
        modules.forEach(m -> texts.add(m.text()));
        return texts;
    }

    private static List<Parameter> pointers(int inputs, int outputs) {
        List<Parameter> list = new ArrayList<>();
        for (int i = 0; i < inputs; i++) {
            list.add(new Parameter(IrType.PTR, "in" + i, ""));
        }
        for (int i = 0; i < outputs; i++) {
            list.add(new Parameter(IrType.PTR, "out" + i, ""));
        }
        list.add(new Parameter(IrType.PTR, "arena", ""));
        return list;
    }

    private static Parameter[] parameters(int inputs, int outputs, boolean traced) {
        List<Parameter> list = pointers(inputs, outputs);
        if (traced) {
            list.add(new Parameter(IrType.PTR, "trace", ""));
        }
        return list.toArray(Parameter[]::new);
    }

    private void emitBody(ModuleBuilder main, int inputs, int outputs) {
        functions.values().forEach(f -> declare(main, f));
        FunctionBuilder f = main.function(symbol + "_steps", Linkage.INTERNAL, IrType.VOID,
                parameters(inputs, outputs, true));
        Value trace = f.param(inputs + outputs + 1);
        Value traced = f.icmp("ne", trace, Value.zero(IrType.PTR));
        for (int step = 0; step < stepEnds.size(); step++) {
            if (!callsOf(step).isEmpty()) {
                for (Call call : callsOf(step)) {
                    emitCall(f, call, new Buffers(0, inputs, outputs), Value.i64(0), Value.i64(call.kernel.units()));
                }
                Value index = Value.i32(step);
                f.when(traced, () -> f.callPointer(trace, index));
            }
        }
        f.ret();
    }

    private List<Call> callsOf(int step) {
        return calls.subList(step == 0 ? 0 : stepEnds.get(step - 1), stepEnds.get(step));
    }

    private void declare(ModuleBuilder main, String function) {
        Call call = calls.stream().filter(c -> c.function.equals(function)).findFirst().orElseThrow();
        int pointers = call.kernel.arguments().size() + 1;
        IrType[] types = new IrType[pointers + (call.kernel.units() > 1 ? 2 : 0)];
        java.util.Arrays.fill(types, 0, pointers, IrType.PTR);
        java.util.Arrays.fill(types, pointers, types.length, IrType.I64);
        main.external(function, IrType.VOID, types);
    }

    /** Which parameters of an entry point are the caller's buffers: inputs, outputs and arena from {@code first}. */
    private record Buffers(int first, int inputs, int outputs) { }

    /** A kernel's units from {@code begin} to before {@code end}, of every image. */
    private void emitCall(FunctionBuilder f, Call call, Buffers b, Value begin, Value end) {
        int images = images(call.kernel);
        Value constantsBase = new Value(IrType.PTR, "@" + constantsSymbol(), null);
        for (int n = 0; n < images; n++) {
            List<Value> arguments = new ArrayList<>();
            for (Placement p : call.kernel.arguments()) {
                Value base = switch (p.space()) {
                    case INPUT -> f.param(b.first + p.index());
                    case OUTPUT -> f.param(b.first + b.inputs + p.index());
                    case ARENA -> f.param(b.first + b.inputs + b.outputs);
                    case CONSTANT -> constantsBase;
                };
                arguments.add(f.pointer(f.at(base).plus(p.offset() + n * (p.images() == 1 ? 0 : p.imageStride()))));
            }
            arguments.add(f.pointer(f.at(constantsBase).plus(call.constantOffset)));
            if (call.kernel.units() > 1) {
                arguments.add(begin);
                arguments.add(end);
            }
            f.call(call.function, IrType.VOID, arguments.toArray(Value[]::new));
        }
    }

    /**
     * {@code NAME_run_slice(step, slice, slices, buffers...)}: a kernel with several units shares them among the slices, one
     * without is the first slice's. What else a step with units does writes other bytes than they.
     */
    private void emitSlices(ModuleBuilder main, int inputs, int outputs) {
        List<Parameter> parameters = new ArrayList<>(List.of(new Parameter(IrType.I32, "step", ""),
                new Parameter(IrType.I32, "slice", ""), new Parameter(IrType.I32, "slices", "")));
        parameters.addAll(pointers(inputs, outputs));
        FunctionBuilder f = main.function(symbol + "_run_slice", Linkage.EXTERNAL, IrType.I32,
                parameters.toArray(Parameter[]::new));
        Buffers buffers = new Buffers(3, inputs, outputs);
        emitChecks(f, buffers);
        f.when(f.icmp("uge", f.param(1), f.param(2)), () -> f.ret(Value.i32(NativeModel.BAD_SLICE)));
        f.when(f.icmp("uge", f.param(0), Value.i32(stepEnds.size())), () -> f.ret(Value.i32(NativeModel.BAD_SLICE)));
        Value slice = f.zext(f.param(1), IrType.I64);
        Value slices = f.zext(f.param(2), IrType.I64);
        Value isFirst = f.icmp("eq", f.param(1), Value.i32(0));
        for (int step = 0; step < stepEnds.size(); step++) {
            List<Call> of = callsOf(step);
            if (of.isEmpty()) {
                continue;
            }
            f.when(f.icmp("eq", f.param(0), Value.i32(step)), () -> {
                for (Call call : of) {
                    Value units = Value.i64(call.kernel.units());
                    if (call.kernel.units() == 1) {
                        f.when(isFirst, () -> emitCall(f, call, buffers, null, null));
                    } else {
                        Value begin = f.udiv(f.mul(slice, units), slices);
                        Value end = f.udiv(f.mul(f.add(slice, Value.i64(1)), units), slices);
                        f.when(f.icmp("ult", begin, end), () -> emitCall(f, call, buffers, begin, end));
                    }
                }
                f.ret(Value.i32(NativeModel.OK));
            });
        }
        f.ret(Value.i32(NativeModel.OK));
    }

    /** Returns an error where a buffer is null or the arena misaligned. */
    private static void emitChecks(FunctionBuilder f, Buffers b) {
        int arena = b.first + b.inputs + b.outputs;
        for (int i = b.first; i <= arena; i++) {
            Value isNull = f.icmp("eq", f.param(i), Value.zero(IrType.PTR));
            f.when(isNull, () -> f.ret(Value.i32(NativeModel.NULL_POINTER)));
        }
        Value address = f.ptrtoint(f.param(arena));
        Value misaligned = f.icmp("ne", f.and(address, Value.i64(ArenaPlan.ALIGNMENT - 1)), Value.i64(0));
        f.when(misaligned, () -> f.ret(Value.i32(NativeModel.MISALIGNED_ARENA)));
    }

    private void emitEntry(ModuleBuilder main, int inputs, int outputs, boolean traced) {
        FunctionBuilder f = main.function(symbol + (traced ? "_run_traced" : "_run"), Linkage.EXTERNAL, IrType.I32,
                parameters(inputs, outputs, traced));
        int pointers = inputs + outputs + 1;
        emitChecks(f, new Buffers(0, inputs, outputs));
        Value[] arguments = new Value[pointers + 1];
        for (int i = 0; i < pointers; i++) {
            arguments[i] = f.param(i);
        }
        arguments[pointers] = traced ? f.param(pointers) : Value.zero(IrType.PTR);
        f.call(symbol + "_steps", IrType.VOID, arguments);
        f.ret(Value.i32(0));
    }
}
