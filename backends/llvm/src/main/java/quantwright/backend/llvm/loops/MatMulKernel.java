package quantwright.backend.llvm.loops;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.Value;

/**
 * Batched matrix products of two activations: {@code acc = fma(a, b, acc)} over k ascending from +0, in f32, or the sum
 * of products of integers less their zero points, in i32 modulo 2^32. Vectors run across columns, four rows share what
 * is loaded of b. Emits {@code void f(ptr a, ptr b, ptr out, ptr constants)}; the constants are the slots of {@code
 * finish}, then for integers the two zero points.
 *
 * @param batch loops over the batch; operands a, b, out
 * @param m rows
 * @param k summed extent
 * @param n columns
 * @param a elements of the left operand
 * @param b elements of the right operand
 * @param out results
 * @param aStrides bytes from row to row, and along k
 * @param bStrides bytes along k, and from column to column
 * @param outStrides bytes from row to row, and from column to column
 * @param finish makes a result of a sum
 * @param lanes most lanes of a vector
 */
public record MatMulKernel(LoopNest batch, int m, int k, int n, Stored a, Stored b, Stored out, Pair aStrides,
        Pair bStrides,
                           Pair outStrides, MapBody finish, int lanes) {
    private static final int ROWS = 4;
    private static final int VECTORS = 2;

    /** Two byte strides. */
    public record Pair(long outer, long inner) {
    }

    /** Simplifies the nest. */
    public MatMulKernel {
        batch = batch.simplified();
    }

    /** Name for reports. */
    public String name() {
        return "loop_matmul_" + a.type();
    }

    /** Adds the function to the module. */
    public void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage) {
        FunctionBuilder f = module.function(function, linkage, IrType.VOID, Parameter.readOnly("a"),
                Parameter.readOnly("b"),
                Parameter.writable("out"), Parameter.readOnly("constants"));
        int width = Math.min(lanes, Integer.highestOneBit(Math.max(1, n)));
        Address numbers = f.at(f.param(3));
        Value[] slots = Slots.load(f, numbers, finish.slots(), width);
        Value[] zeros = a.type().isFloat() ? null
                : Slots.load(f, numbers.plus(Slots.size(finish.slots())), "ii", 1);
        Value right = zeros == null ? null : splat(f, zeros[1], width);
        int vectors = n >= VECTORS * width ? VECTORS : 1;
        LoopEmitter.nest(f, batch, new Address[] {f.at(f.param(0)), f.at(f.param(1)), f.at(f.param(2))}, at -> {
            int full = m / ROWS * ROWS;
            f.loop(0, full, ROWS, i -> columns(f, at, i, ROWS, vectors, width, slots, zeros, right));
            f.loop(full, m, 1, i -> columns(f, at, i, 1, vectors, width, slots, zeros, right));
        });
        f.ret();
    }

    private void columns(FunctionBuilder f, Address[] at, Value row, int rows, int vectors, int width, Value[] slots,
            Value[] zeros, Value right) {
        LoopEmitter.overlapping(f, n, vectors * width, j -> {
            Address left = f.at(at[0], row, aStrides.outer);
            Address top = f.at(at[1], j, bStrides.inner);
            Value[] init = new Value[rows * vectors];
            java.util.Arrays.fill(init, Value.zero(a.computed(width)));
            Value[] sums = f.loop(0, k, 1, init, (s, acc) -> step(f, f.at(left, s, aStrides.inner),
                    f.at(top, s, bStrides.outer), rows, vectors, width, acc, zeros, right));
            Address target = f.at(f.at(at[2], row, outStrides.outer), j, outStrides.inner);
            for (int r = 0; r < rows; r++) {
                for (int v = 0; v < vectors; v++) {
                    Value y = finish.apply(f, new Value[] {sums[r * vectors + v]}, slots);
                    out.store(f, y, target.plus(r * outStrides.outer + v * width * outStrides.inner), outStrides.inner);
                }
            }
        });
    }

    private Value[] step(FunctionBuilder f, Address left, Address top, int rows, int vectors, int width, Value[] acc,
            Value[] zeros, Value right) {
        Value[] columns = new Value[vectors];
        for (int v = 0; v < vectors; v++) {
            Value x = b.load(f, top.plus(v * width * bStrides.inner), bStrides.inner, width);
            columns[v] = zeros == null ? x : f.sub(x, right);
        }
        Value[] next = new Value[acc.length];
        for (int r = 0; r < rows; r++) {
            Value x = a.load(f, left.plus(r * aStrides.outer), 0, 1);
            Value factor = splat(f, zeros == null ? x : f.sub(x, zeros[0]), width);
            for (int v = 0; v < vectors; v++) {
                int i = r * vectors + v;
                next[i] = zeros == null ? f.fma(factor, columns[v], acc[i]) : f.add(acc[i], f.mul(factor, columns[v]));
            }
        }
        return next;
    }

    private static Value splat(FunctionBuilder f, Value scalar, int width) {
        return width == 1 ? scalar : f.splat(scalar, width);
    }
}
