package quantwright.backend.llvm.loops;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.Value;
import quantwright.ir.type.ScalarType;

/**
 * {@link quantwright.ir.arith.FloatReduce#softmax} and {@code logSoftmax} of f32 rows. Emits
 * {@code void f(ptr in, ptr out, ptr constants)}; the constants are beta, if it is used.
 *
 * @param rows loops over the rows; operands in, out
 * @param length elements of a row
 * @param inStride bytes from one element to the next
 * @param outStride the same of the result
 * @param logarithm whether the logarithm is wanted
 * @param scaled whether differences from the maximum are first multiplied by beta
 */
public record SoftmaxKernel(LoopNest rows, int length, long inStride, long outStride, boolean logarithm,
        boolean scaled) {
    private static final Stored FLOAT = new Stored(ScalarType.F32, 0);

    /** Simplifies the nest. */
    public SoftmaxKernel {
        rows = rows.simplified();
    }

    /** Name for reports. */
    public String name() {
        return logarithm ? "loop_log_softmax" : "loop_softmax";
    }

    /** Adds the function to the module. */
    public void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage) {
        FunctionBuilder f = module.function(function, linkage, IrType.VOID, Parameter.readOnly("in"),
                Parameter.writable("out"), Parameter.readOnly("constants"));
        Value beta = scaled ? f.load(IrType.F32, f.at(f.param(2))) : null;
        LoopEmitter.nest(f, rows, new Address[] {f.at(f.param(0)), f.at(f.param(1))}, at -> row(f, at[0], at[1], beta));
        f.ret();
    }

    private void row(FunctionBuilder f, Address in, Address out, Value beta) {
        Value max = max(f, in, inStride);
        Address source = in;
        long stride = inStride;
        if (scaled) {
            Value top = max;
            map(f, in, inStride, out, x -> f.fmul(splat(f, beta, x), f.fsub(x, splat(f, top, x))));
            max = max(f, out, outStride);
            source = out;
            stride = outStride;
        }
        Value m = max;
        map(f, source, stride, out, x -> new FloatFunctions(f, x.type()).exp(f.fsub(x, splat(f, m, x))));
        Value sum = fold(f, out, outStride, 0f, (a, x) -> f.fadd(a, x), f::fadd);
        if (logarithm) {
            Value log = new FloatFunctions(f, IrType.F32).log(sum);
            map(f, in, inStride, out, x -> f.fsub(f.fsub(x, splat(f, m, x)), splat(f, log, x)));
        } else {
            map(f, out, outStride, out, x -> f.fdiv(x, splat(f, sum, x)));
        }
    }

    private Value max(FunctionBuilder f, Address row, long stride) {
        return fold(f, row, stride, Float.NEGATIVE_INFINITY, (a, x) -> f.select(f.fcmp("ogt", x, a), x, a),
                (a, b) -> f.select(f.fcmp("ogt", b, a), b, a));
    }

    private Value fold(FunctionBuilder f, Address row, long stride, float identity,
            java.util.function.BinaryOperator<Value> combine, java.util.function.BinaryOperator<Value> merge) {
        Rows walk = new Rows(f, FLOAT, stride);
        Value[] lanes = walk.fold(row, length, Value.f32(identity),
                new Value[] {Value.of(IrType.F32.vec(Rows.LANES), identity)},
                (at, x, carried) -> new Value[] {combine.apply(carried[0], x)});
        return walk.tree(lanes[0], merge);
    }

    private void map(FunctionBuilder f, Address from, long fromStride, Address to,
            java.util.function.UnaryOperator<Value> function) {
        Rows.map(f, length, (first, lanes) -> {
            Value x = FLOAT.load(f, f.at(from, first, fromStride), fromStride, lanes);
            FLOAT.store(f, function.apply(x), f.at(to, first, outStride), outStride);
        });
    }

    private static Value splat(FunctionBuilder f, Value scalar, Value like) {
        return like.type().isVector() ? f.splat(scalar, like.type().lanes()) : scalar;
    }
}
