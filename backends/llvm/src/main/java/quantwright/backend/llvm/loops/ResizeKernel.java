package quantwright.backend.llvm.loops;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.Value;
import quantwright.ir.arith.Rounding;

/**
 * Resizes the two spatial axes of NHWC tensors. Emits {@code void f(ptr in, ptr out, ptr constants)}; the constants are
 * one entry of 24 bytes for each output row, then for each column: the byte offsets of its lower and upper neighbour
 * and the upper one's weight, f32 or i32.
 *
 * @param rule how neighbours combine
 * @param images extent of the batch
 * @param height output rows
 * @param width output columns
 * @param channels channels
 * @param in elements read
 * @param out results
 * @param inStrides bytes from image to image, and from channel to channel
 * @param outStrides strides of the result
 * @param lanes most lanes of a vector
 */
public record ResizeKernel(Rule rule, int images, int height, int width, int channels, Stored in, Stored out,
                           MatMulKernel.Pair inStrides, WindowKernel.Strides outStrides, int lanes) {
    /** Bytes of one entry in the constants. */
    public static final int ENTRY_BYTES = 24;
    private static final int Q11 = 1 << 11;
    private static final int TFLITE_ONE = 1 << 10;

    /** How the neighbours of a position combine. */
    public enum Rule {
        /** The lower neighbour is taken. */
        NEAREST,
        /** {@link quantwright.ir.arith.ResizeTaps#blend}. */
        FLOAT,
        /** {@link quantwright.ir.arith.ResizeWeights#blend}. */
        Q11,
        /** {@link quantwright.ir.arith.ResizeTaps#blendTflite}. */
        TFLITE
    }

    /** Name for reports. */
    public String name() {
        return "loop_resize_" + rule.name().toLowerCase(java.util.Locale.ROOT);
    }

    /** The neighbours of a row or column: byte offsets and the upper one's weight. */
    private record Tap(Value low, Value high, Value weight) {
    }

    /** Adds the function to the module. */
    public void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage) {
        FunctionBuilder f = module.function(function, linkage, IrType.VOID, Parameter.readOnly("in"),
                Parameter.writable("out"), Parameter.readOnly("constants"));
        Address constants = f.at(f.param(2));
        int vector = Math.min(lanes, Integer.highestOneBit(Math.max(1, channels)));
        f.loop(0, images, 1, n -> f.loop(0, height, 1, y -> {
            Tap row = tap(f, f.at(constants, y, ENTRY_BYTES), vector);
            Address image = f.at(f.at(f.param(0)), n, inStrides.outer());
            Address top = f.at(image, row.low, 1);
            Address bottom = f.at(image, row.high, 1);
            Address outRow = f.at(f.at(f.at(f.param(1)), n, outStrides.image()), y, outStrides.row());
            f.loop(0, width, 1, x -> {
                Tap column = tap(f, f.at(constants.plus((long) ENTRY_BYTES * height), x, ENTRY_BYTES), vector);
                Address[] corners = {f.at(top, column.low, 1), f.at(top, column.high, 1), f.at(bottom, column.low, 1),
                    f.at(bottom, column.high, 1)};
                Address to = f.at(outRow, x, outStrides.column());
                LoopEmitter.overlapping(f, channels, vector, c -> out.store(f, blend(f, corners, c, vector, row,
                        column),
                        f.at(to, c, outStrides.channel()), outStrides.channel()));
            });
        }));
        f.ret();
    }

    private Tap tap(FunctionBuilder f, Address at, int vector) {
        Value weight = switch (rule) {
            case NEAREST -> null;
            case FLOAT -> splat(f, f.load(IrType.F32, at.plus(16)), vector);
            case Q11, TFLITE -> splat(f, f.sext(f.load(IrType.I32, at.plus(16)), IrType.I64), vector);
        };
        return new Tap(f.load(IrType.I64, at), f.load(IrType.I64, at.plus(8)), weight);
    }

    private static Value splat(FunctionBuilder f, Value v, int lanes) {
        return lanes == 1 ? v : f.splat(v, lanes);
    }

    private Value blend(FunctionBuilder f, Address[] corners, Value channel, int vector, Tap row, Tap column) {
        int needed = rule == Rule.NEAREST ? 1 : corners.length;
        Value[] x = new Value[needed];
        for (int i = 0; i < needed; i++) {
            x[i] = in.load(f, f.at(corners[i], channel, inStrides.inner()), inStrides.inner(), vector);
        }
        return switch (rule) {
            case NEAREST -> x[0];
            case FLOAT -> {
                Value one = Value.of(x[0].type(), 1f);
                Value left = f.fsub(one, column.weight);
                Value top = f.fadd(f.fmul(x[0], left), f.fmul(x[1], column.weight));
                Value bottom = f.fadd(f.fmul(x[2], left), f.fmul(x[3], column.weight));
                yield f.fadd(f.fmul(top, f.fsub(one, row.weight)), f.fmul(bottom, row.weight));
            }
            case Q11 -> {
                Value sum = weighted(f, x, row.weight, column.weight, Q11);
                yield f.ashr(f.add(sum, Value.of(sum.type(), 1 << 21)), Value.of(sum.type(), 22));
            }
            case TFLITE -> {
                Value sum = weighted(f, x, row.weight, column.weight, TFLITE_ONE);
                IrType t = sum.type();
                yield Rescaling.shiftRight(f, sum, Value.of(t, 20), Value.of(t, (1 << 20) - 1), Value.of(t, 1 << 19),
                        Rounding.Mode.HALF_AWAY);
            }
        };
    }

    private static Value weighted(FunctionBuilder f, Value[] x, Value wy, Value wx, int one) {
        IrType wide = wx.type();
        Value left = f.sub(Value.of(wide, one), wx);
        Value top = f.add(f.mul(f.sext(x[0], wide), left), f.mul(f.sext(x[1], wide), wx));
        Value bottom = f.add(f.mul(f.sext(x[2], wide), left), f.mul(f.sext(x[3], wide), wx));
        return f.add(f.mul(top, f.sub(Value.of(wide, one), wy)), f.mul(bottom, wy));
    }
}
