package quantwright.backend.llvm.loops;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.Value;
import quantwright.ir.op.SoftmaxRule;

/**
 * {@link quantwright.ir.arith.QuantizedSoftmax} of rows of 8-bit values. Emits {@code void f(ptr in, ptr out, ptr
 * constants)}; the constants are the 256-entry table, then for the integer rule the least result as i32, for TFLite's
 * the result's scale, zero point, least and largest value.
 *
 * @param rows loops over the rows; operands in, out
 * @param length elements of a row
 * @param inStride bytes from one element to the next
 * @param outStride the same of the result
 * @param in elements read
 * @param out results
 * @param rule which formula
 */
public record QuantizedSoftmaxKernel(LoopNest rows, int length, long inStride, long outStride, Stored in, Stored out,
                                     SoftmaxRule rule) {
    private static final long NUMBERS = 1024;
    private static final float REACH = 1 << 20;

    /** Simplifies the nest. */
    public QuantizedSoftmaxKernel {
        rows = rows.simplified();
    }

    /** Name for reports. */
    public String name() {
        return "loop_qsoftmax";
    }

    /** Adds the function to the module. */
    public void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage) {
        FunctionBuilder f = module.function(function, linkage, IrType.VOID, Parameter.readOnly("in"),
                Parameter.writable("out"), Parameter.readOnly("constants"));
        Address constants = f.at(f.param(2));
        LoopEmitter.nest(f, rows, new Address[] {f.at(f.param(0)), f.at(f.param(1))}, at -> {
            Value[] max = f.loop(0, length, 1, new Value[] {Value.i32(Integer.MIN_VALUE)},
                    (i, m) -> new Value[] {f.smax(m[0], in.load(f, f.at(at[0], i, inStride), 0, 1))});
            if (rule == SoftmaxRule.INTEGER_TABLE) {
                integer(f, at, max[0], constants);
            } else {
                tflite(f, at, max[0], constants);
            }
        });
        f.ret();
    }

    private Value entry(FunctionBuilder f, Address row, Value i, Value max, Address table, IrType type) {
        Value d = f.sub(max, in.load(f, f.at(row, i, inStride), 0, 1));
        return f.load(type, f.at(table, f.zext(d, IrType.I64), 4));
    }

    private void integer(FunctionBuilder f, Address[] at, Value max, Address constants) {
        Value[] sum = f.loop(0, length, 1, new Value[] {Value.i64(0)}, (i, s) -> new Value[] {
            f.add(s[0], f.sext(entry(f, at[0], i, max, constants, IrType.I32), IrType.I64))});
        Value half = f.lshr(sum[0], Value.i64(1));
        Value reciprocal = f.udiv(f.add(Value.i64(1L << 54), half), sum[0]);
        Value least = f.sext(f.load(IrType.I32, constants.plus(NUMBERS)), IrType.I64);
        Value most = f.add(least, Value.i64(255));
        f.loop(0, length, 1, i -> {
            Value e = f.sext(entry(f, at[0], i, max, constants, IrType.I32), IrType.I64);
            Value p = f.ashr(f.add(f.mul(e, reciprocal), Value.i64(1L << 45)), Value.i64(46));
            out.store(f, f.smin(most, f.add(least, p)), f.at(at[1], i, outStride), 0);
        });
    }

    private void tflite(FunctionBuilder f, Address[] at, Value max, Address constants) {
        Value[] sum = f.loop(0, length, 1, new Value[] {Value.f32(0)}, (i, s) -> new Value[] {
            f.fadd(s[0], entry(f, at[0], i, max, constants, IrType.F32))});
        Value scale = f.load(IrType.F32, constants.plus(NUMBERS));
        Value zero = f.load(IrType.I32, constants.plus(NUMBERS + 4));
        Value least = f.load(IrType.I32, constants.plus(NUMBERS + 8));
        Value most = f.load(IrType.I32, constants.plus(NUMBERS + 12));
        Value reciprocal = f.fdiv(Value.f32(1), f.fmul(sum[0], scale));
        f.loop(0, length, 1, i -> {
            Value x = f.fmul(entry(f, at[0], i, max, constants, IrType.F32), reciprocal);
            // Beyond any 8-bit result, so that the conversion is in range.
            Value near = f.select(f.fcmp("ogt", x, Value.f32(REACH)), Value.f32(REACH), x);
            Value q = f.add(f.fptosi(Rescaling.roundAway(f, near), IrType.I32), zero);
            out.store(f, f.smin(f.smax(q, least), most), f.at(at[1], i, outStride), 0);
        });
    }
}
