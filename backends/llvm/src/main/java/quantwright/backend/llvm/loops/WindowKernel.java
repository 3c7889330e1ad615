package quantwright.backend.llvm.loops;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.Value;

/**
 * Pools windows of NHWC tensors, taps in (kh, kw) order, padded taps left out. Which taps each output row and column
 * has stands in the constants, so that one loop does borders and interior. Emits {@code void f(ptr in, ptr out, ptr
 * constants)}; the constants are {@link Span}s of the rows, then of the columns, then for averages the slots of {@code
 * finish} for each sum of a row's and a column's number.
 *
 * @param average whether taps are added, else their maximum is taken
 * @param images extent of the batch
 * @param height output rows
 * @param width output columns
 * @param channels channels
 * @param in elements read
 * @param out results
 * @param inStrides strides of the input; those of row and column are from tap to tap
 * @param outStrides bytes for each axis of the result
 * @param finish makes a result of a sum and its number of taps; null for the maximum
 * @param lanes most lanes of a vector
 */
public record WindowKernel(boolean average, int images, int height, int width, int channels, Stored in, Stored out,
                           Strides inStrides, Strides outStrides, MapBody finish, int lanes) {
    private static final int SPAN_BYTES = 24;

    /**
     * Byte strides.
     *
     * @param image from image to image
     * @param row from row to row
     * @param column from column to column
     * @param channel from channel to channel
     */
    public record Strides(long image, long row, long column, long channel) {
    }

    /**
     * The taps of one output row or column.
     *
     * @param first byte offset of the first tap in the input
     * @param taps number of taps
     * @param number the sum of a row's and a column's picks the numbers of {@code finish}
     */
    public record Span(long first, int taps, int number) {
        /** Appends the span to the constants. */
        public void write(Slots to) {
            to.i64(first).i64(taps).i64(number);
        }
    }

    /** Name for reports. */
    public String name() {
        return average ? "loop_average_pool" : "loop_max_pool";
    }

    /** Adds the function to the module. */
    public void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage) {
        FunctionBuilder f = module.function(function, linkage, IrType.VOID, Parameter.readOnly("in"),
                Parameter.writable("out"), Parameter.readOnly("constants"));
        Address constants = f.at(f.param(2));
        Address columns = constants.plus((long) SPAN_BYTES * height);
        Address numbers = columns.plus((long) SPAN_BYTES * width);
        f.loop(0, images, 1, n -> f.loop(0, height, 1, y -> {
            Value[] rows = span(f, f.at(constants, y, SPAN_BYTES));
            Address inRow = f.at(f.at(f.at(f.param(0)), n, inStrides.image), rows[0], 1);
            Address outRow = f.at(f.at(f.at(f.param(1)), n, outStrides.image), y, outStrides.row);
            f.loop(0, width, 1, x -> {
                Value[] cols = span(f, f.at(columns, x, SPAN_BYTES));
                pixel(f, f.at(inRow, cols[0], 1), f.at(outRow, x, outStrides.column), rows, cols, numbers);
            });
        }));
        f.ret();
    }

    private static Value[] span(FunctionBuilder f, Address at) {
        return new Value[] {f.load(IrType.I64, at), f.load(IrType.I64, at.plus(8)), f.load(IrType.I64, at.plus(16))};
    }

    private void pixel(FunctionBuilder f, Address from, Address to, Value[] rows, Value[] columns, Address numbers) {
        int vector = Math.min(lanes, Integer.highestOneBit(channels));
        Value[] slots = null;
        if (average) {
            Value number = f.add(rows[2], columns[2]);
            slots = Slots.load(f, f.at(numbers, number, Slots.size(finish.slots())), finish.slots(), vector);
        }
        Value[] constants = slots;
        Value taps = average ? f.trunc(f.mul(rows[1], columns[1]), IrType.I32) : null;
        LoopEmitter.overlapping(f, channels, vector, c -> {
            Address first = f.at(from, c, inStrides.channel);
            Value[] init = {start(in.computed(vector))};
            Value[] sum = f.loop(Value.i64(0), rows[1], 1, init, (kh, outer) -> f.loop(Value.i64(0), columns[1], 1,
                    outer,
                    (kw, acc) -> {
                        Address tap = f.at(f.at(first, kh, inStrides.row), kw, inStrides.column);
                        return new Value[] {combine(f, acc[0], in.load(f, tap, inStrides.channel, vector))};
                    }));
            Value result = average ? finish.apply(f, new Value[] {sum[0], vector == 1 ? taps : f.splat(taps, vector)},
                    constants)
                    : sum[0];
            out.store(f, result, f.at(to, c, outStrides.channel), outStrides.channel);
        });
    }

    private Value start(IrType type) {
        if (type.isFloat()) {
            return Value.of(type, average ? 0f : Float.NEGATIVE_INFINITY);
        }
        return Value.of(type, average ? 0 : in.type().bits() == 64 ? Long.MIN_VALUE : in.type().minValue());
    }

    private Value combine(FunctionBuilder f, Value acc, Value x) {
        boolean real = x.type().isFloat();
        if (average) {
            return real ? f.fadd(acc, x) : f.add(acc, x);
        }
        return real ? f.select(f.fcmp("ogt", x, acc), x, acc) : f.smax(x, acc);
    }
}
