package quantwright.npu.isa;

/**
 * Commands of the vector unit. Results are clamped to {@code [min, max]} in stored values, zero point included.
 * Parameter
 * tables lie in the scratchpad, little-endian, at multiples of four bytes; {@code docs/npu.md} gives their layout.
 */
public sealed interface VectorInstruction extends Instruction {

    @Override
    default boolean runsOn(Queue queue) {
        return queue == Queue.VECTOR;
    }

    /** Accumulators to stored values. */
    @Operation(opcode = 0x30, mnemonic = "requantize", summary = "Adds the bias of its table entry to each accumulator,"
        + " rescales, adds the zero point, clamps, and (with lookup) maps the stored value through a 256-entry table.")
    record Requantize(
            @Field("sums; row r is outer * inner-rows + inner") Accumulators sums,
            @Field("rows and columns") Grid grid,
            @Field("result; its zero point is added") Area output,
            @Field("arithmetic") Rescaling rescaling,
            @Field(value = "entries of an i32 bias and a factor", hex = true) int table,
            @Field("one entry per column, else one for all") boolean perColumn,
            @Field(value = "least result", min = -32768, max = 65535) int min,
            @Field(value = "greatest result", min = -32768, max = 65535) int max,
            @Field("map the result through lookup-table") boolean lookup,
            @Field(value = "256 bytes; 0 without lookup", hex = true) int lookupTable) implements VectorInstruction {

        /** Bytes of the parameter table. */
        public long tableBytes() {
            return stored().tableBytes(grid);
        }

        /** How the values are made, wherever they go. */
        public Stored stored() {
            return new Stored(output.type(), output.zero(), rescaling, table, perColumn, min, max, lookup, lookupTable);
        }
    }

    /** Two operands to one result. */
    @Operation(opcode = 0x31, mnemonic = "elementwise", summary = "Combines two operands element by element.")
    record Elementwise(
            @Field("function") ElementwiseKind kind,
            @Field("rows and columns") Grid grid,
            @Field("first operand") Area first,
            @Field("first operand has one column, used for all") boolean spreadFirst,
            @Field("second operand") Area second,
            @Field("second operand has one column, used for all") boolean spreadSecond,
            @Field("result") Area output,
            @Field("arithmetic") Rescaling rescaling,
            @Field(value = "factors; 0 for max and min", hex = true) int table,
            @Field(value = "least result", min = -32768, max = 65535) int min,
            @Field(value = "greatest result", min = -32768, max = 65535) int max) implements VectorInstruction {

        /**
         * Bytes of the parameter table. Sum and difference: two f32 factors, or an i32 left shift and three fixed-point
         * factors (first, second, sum); product: one factor; max and min: none.
         */
        public long tableBytes() {
            return switch (kind) {
                case ADD, SUB -> rescaling.mode() == RoundingMode.F32 ? 8 : 28;
                case MUL -> rescaling.factorBytes();
                case MAX, MIN -> 0;
            };
        }
    }

    /** Windows to one value per channel. */
    @Operation(opcode = 0x32, mnemonic = "pool", summary = "Reduces the taps of each row's window, channel by channel.")
    record Pool(
            @Field("reduction") PoolKind kind,
            @Field("rows, taps and channels") Window input,
            @Field("result, with the window's row loops") Area output,
            @Field("arithmetic of average") Rescaling rescaling,
            @Field(value = "factors (average) or i32 counts (average-divide); 0 for max", hex = true) int table,
            @Field("one entry per row, else one for all") boolean perRow,
            @Field(value = "least result", min = -32768, max = 65535) int min,
            @Field(value = "greatest result", min = -32768, max = 65535) int max) implements VectorInstruction {

        /** Loop counts of the result. */
        public Grid grid() {
            return new Grid(input.outerRows(), input.innerRows(), input.channels());
        }

        /** Bytes of the parameter table. */
        public long tableBytes() {
            return (perRow ? input.rows() : 1) * kind.entryBytes(rescaling);
        }
    }

    /** Any function of one 8-bit value. */
    @Operation(opcode = 0x33, mnemonic = "lookup", summary = "Maps 8-bit values through a table of 256 bytes; entry i"
        + " is the result of the type's least value plus i.")
    record Lookup(
            @Field("rows and columns") Grid grid,
            @Field("operand; its zero point is not used") Area input,
            @Field("result; its zero point is not used") Area output,
            @Field(value = "256 bytes", hex = true) int table) implements VectorInstruction {
    }

    /** Softmax of rows. */
    @Operation(opcode = 0x34, mnemonic = "softmax", summary = "Softmax of each row, scale 1/256, the result type's least"
        + " value as zero point, from a table of 256 exponentials: u32 in units of 2^-23 with an integer sum and quotient,"
        + " or f32 with those in f32.")
    record Softmax(
            @Field("rows and columns") Grid grid,
            @Field("operand; its zero point is not used") Area input,
            @Field("result; its zero point is not used") Area output,
            @Field("exponentials are f32, else u32") boolean real,
            @Field(value = "1024 bytes", hex = true) int table) implements VectorInstruction {
    }

    /** Accumulators to pooled values. */
    @Operation(opcode = 0x36, mnemonic = "requantize.pool", summary = "Makes a stored value of each accumulator as"
        + " requantize does, and reduces windows of those values, channel by channel, as pool does. The values themselves"
        + " are written nowhere; taps outside the grid are left out.")
    record RequantizePool(
            @Field("sums; row r is outer * inner-rows + inner") Accumulators sums,
            @Field("rows and columns of the sums") Grid grid,
            @Field("values before the pool") Stored stored,
            @Field("reduction") PoolKind kind,
            @Field("windows over outer and inner rows of the grid") PoolWindows windows,
            @Field("result, with the row loops of the windows") Area output,
            @Field("arithmetic of average") Rescaling rescaling,
            @Field(value = "one factor (average) or i32 count (average-divide); 0 for max", hex = true) int table,
            @Field(value = "least result", min = -32768, max = 65535) int min,
            @Field(value = "greatest result", min = -32768, max = 65535) int max) implements VectorInstruction {

        /** Loop counts of the result. */
        public Grid outputGrid() {
            return new Grid(windows.outerRows(), windows.innerRows(), grid.columns());
        }

        /** Sums read, each once. */
        public long values() {
            return grid.rows() * grid.columns();
        }

        /** Taps reduced, those left out included. */
        public double taps() {
            return (double) windows.windows() * windows.taps() * grid.columns();
        }

        /** Bytes of the pool's own table. */
        public long tableBytes() {
            return kind.entryBytes(rescaling);
        }
    }

    /** Bytes within the scratchpad. */
    @Operation(opcode = 0x35, mnemonic = "move", summary = "Copies a strided block within the scratchpad, row by row;"
        + " source and destination must not overlap.")
    record Move(
            @Field("source") Block from,
            @Field("destination") Block to,
            @Field("shape") Extent size) implements VectorInstruction {
    }
}
