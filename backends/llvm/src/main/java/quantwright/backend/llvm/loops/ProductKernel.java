package quantwright.backend.llvm.loops;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.Value;

/**
 * Convolutions and fully connected layers of any weights, activations included: sums over (kh, kw, ic) ascending from
 * the bias, fused multiply-add in f32, modulo 2^32 in i32, exact in i64 for 16-bit activations. The input has the
 * border that the window reads. Vectors run across the output channels of a group, or across groups of one channel.
 * Emits {@code void f(ptr x, ptr w, [ptr bias,] ptr out, ptr constants)}; the constants are, for integers, the zero
 * points of x and w as two slots, then the slots of {@code finish} for each output channel.
 *
 * @param extents images, rows, columns, groups, output channels and input channels of a group, kernel rows and columns
 * @param in elements of x
 * @param weight elements of w
 * @param out results
 * @param inStrides bytes from image to image, from output row and column to the next, from channel to channel
 * @param tapRow bytes from one kernel row to the next in x
 * @param tapColumn the same of a column
 * @param weightStrides bytes of w from output to output, kernel row to row, column to column, input to input
 * @param outStrides strides of the result
 * @param hasBias whether there is a bias
 * @param sums where sums are kept
 * @param finish makes a result of a sum
 * @param lanes most lanes of a vector
 */
public record ProductKernel(Extents extents, Stored in, Stored weight, Stored out, WindowKernel.Strides inStrides,
        long tapRow,
                            long tapColumn, WindowKernel.Strides weightStrides, WindowKernel.Strides outStrides,
                            boolean hasBias, Sums sums, MapBody finish, int lanes) {
    /** Products of a centred 16-bit by a centred 8-bit value whose sum fits i32: 2^16 * 2^8 each. */
    private static final int BLOCK = 64;

    /** Where sums are kept. */
    public enum Sums {
        /** In the type of the products: i32, modulo 2^32, or f32. */
        NARROW,
        /** In i64, blocks of products in i32: x has 16 bits, w at most 8. */
        BLOCKS,
        /** In i64, as are products: x has 16 bits, w has multipliers. */
        WIDE
    }

    /** Iterations of the loops. */
    public record Extents(int images, int height, int width, int groups, int outputs, int inputs, int kernelH,
            int kernelW) {
    }

    /** Name for reports. */
    public String name() {
        return "loop_product_" + in.type() + (perChannel() ? "_per_channel" : "");
    }

    /** Adds the function to the module. */
    public void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage) {
        FunctionBuilder f = hasBias
                ? module.function(function, linkage, IrType.VOID, Parameter.readOnly("x"), Parameter.readOnly("w"),
                        Parameter.readOnly("bias"), Parameter.writable("out"), Parameter.readOnly("constants"))
                : module.function(function, linkage, IrType.VOID, Parameter.readOnly("x"), Parameter.readOnly("w"),
                        Parameter.writable("out"), Parameter.readOnly("constants"));
        Address result = f.at(f.param(hasBias ? 3 : 2));
        Address constants = f.at(f.param(hasBias ? 4 : 3));
        int across = perChannel() ? extents.groups : extents.outputs;
        int vector = Math.min(lanes, Integer.highestOneBit(Math.max(1, across)));
        boolean real = in.type().isFloat();
        Value[] zeros = real ? null : Slots.load(f, constants, "ii", 1);
        Address columns = real ? constants : constants.plus(Slots.size("ii"));
        f.loop(0, extents.images, 1, n -> f.loop(0, extents.height, 1, y -> f.loop(0, extents.width, 1, x -> {
            Address from = at(f, f.at(f.param(0)), inStrides, n, y, x);
            Address to = at(f, result, outStrides, n, y, x);
            f.loop(0, perChannel() ? 1 : extents.groups, 1, g -> LoopEmitter.overlapping(f, across, vector, j -> {
                Value o = f.add(f.mul(g, Value.i64(extents.outputs)), j);
                Value sum = sum(f, f.at(from, perChannel() ? j : g, extents.inputs * inStrides.channel()),
                        f.at(f.at(f.param(1)), o, weightStrides.image()), start(f, o, vector), zeros);
                Value y1 = finish.apply(f, new Value[] {sum}, slots(f, f.at(columns, o, Slots.size(finish.slots())),
                        vector));
                out.store(f, y1, f.at(to, o, outStrides.channel()), outStrides.channel());
            }));
        })));
        f.ret();
    }

    private static Address at(FunctionBuilder f, Address base, WindowKernel.Strides s, Value n, Value y, Value x) {
        return f.at(f.at(f.at(base, n, s.image()), y, s.row()), x, s.column());
    }

    /** Groups of one input and one output, many enough to fill a vector with. */
    private boolean perChannel() {
        return extents.inputs == 1 && extents.outputs == 1 && extents.groups > 1;
    }

    private Value start(FunctionBuilder f, Value output, int vector) {
        IrType type = in.computed(vector);
        Value bias = hasBias ? f.load(type, f.at(f.at(f.param(2)), output, type.element().bytes())) : Value.zero(type);
        return sums == Sums.NARROW ? bias : f.sext(bias, IrType.I64.vec(vector));
    }

    private Value sum(FunctionBuilder f, Address x, Address w, Value start, Value[] zeros) {
        return f.loop(0, extents.kernelH, 1, new Value[] {start}, (kh, rows) -> f.loop(0, extents.kernelW, 1, rows,
                (kw, columns) -> {
                    Address xTap = f.at(f.at(x, kh, tapRow), kw, tapColumn);
                    Address wTap = f.at(f.at(w, kh, weightStrides.row()), kw, weightStrides.column());
                    return new Value[] {sums == Sums.BLOCKS ? blocks(f, xTap, wTap, columns[0], zeros)
                            : products(f, xTap, wTap, extents.inputs, columns[0], zeros)};
                }))[0];
    }

    /** Adds the products of one tap block by block. */
    private Value blocks(FunctionBuilder f, Address x, Address w, Value start, Value[] zeros) {
        Value none = Value.zero(in.computed(start.type().lanes()));
        int blocks = extents.inputs / BLOCK;
        Value sum = f.loop(0, blocks, 1, new Value[] {start}, (b, acc) -> new Value[] {f.add(acc[0], f.sext(
                products(f, f.at(x, b, BLOCK * inStrides.channel()), f.at(w, b, BLOCK * weightStrides.channel()), BLOCK,
                        none, zeros), start.type()))})[0];
        int rest = extents.inputs % BLOCK;
        return rest == 0 ? sum : f.add(sum, f.sext(products(f, x.plus(blocks * BLOCK * inStrides.channel()),
                w.plus(blocks * BLOCK * weightStrides.channel()), rest, none, zeros), start.type()));
    }

    private Value products(FunctionBuilder f, Address x, Address w, int count, Value start, Value[] zeros) {
        int vector = start.type().lanes();
        int loaded = perChannel() ? vector : 1;
        Value left = zeros == null ? null : loaded == 1 ? zeros[0] : f.splat(zeros[0], loaded);
        Value right = zeros == null ? null : vector == 1 ? zeros[1] : f.splat(zeros[1], vector);
        return f.loop(0, count, 1, new Value[] {start}, (c, acc) -> {
            Value a = in.load(f, f.at(x, c, inStrides.channel()), inStrides.channel(), loaded);
            Value b = weight.load(f, f.at(w, c, weightStrides.channel()), weightStrides.image(), vector);
            Value centred = zeros == null ? a : f.sub(a, left);
            Value factor = loaded == vector ? centred : f.splat(centred, vector);
            if (zeros == null) {
                return new Value[] {f.fma(factor, b, acc[0])};
            }
            IrType type = start.type();
            return new Value[] {f.add(acc[0], f.mul(f.sext(factor, type), f.sext(f.sub(b, right), type)))};
        })[0];
    }

    /** The slots of {@code vector} channels, lane by lane. */
    private Value[] slots(FunctionBuilder f, Address first, int vector) {
        String types = finish.slots();
        Value[][] lanesOf = new Value[vector][];
        for (int i = 0; i < vector; i++) {
            lanesOf[i] = Slots.load(f, first.plus((long) i * Slots.size(types)), types, 1);
        }
        Value[] all = new Value[types.length()];
        for (int s = 0; s < all.length; s++) {
            Value v = lanesOf[0][s];
            if (vector > 1) {
                Value wide = Value.poison(v.type().vec(vector));
                for (int i = 0; i < vector; i++) {
                    wide = f.insert(wide, lanesOf[i][s], i);
                }
                v = wide;
            }
            all[s] = v;
        }
        return all;
    }
}
