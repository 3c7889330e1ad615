package quantwright.npu.isa;

/**
 * Commands of the multiply-accumulate array. A product adds {@code sum over k of (input[row][k] - zero) *
 * (weight[k][c] -
 * zero)} to accumulator (row, c), which starts from 0 unless {@code accumulate} is set. Sums wrap at the accumulator's
 * width.
 */
public sealed interface ArrayInstruction extends Instruction {

    @Override
    default boolean runsOn(Queue queue) {
        return queue == Queue.ARRAY;
    }

    /** Fills a stationary buffer with weights. */
    @Operation(opcode = 0x20, mnemonic = "load.weights", summary = "Loads a tile of weights into a stationary buffer"
        + " (weight-stationary machines).")
    record LoadWeights(
            @Field(value = "stationary buffer", max = 15) int buffer,
            @Field("tile") Weights weights) implements ArrayInstruction {
    }

    /** Fills a stationary buffer with inputs. */
    @Operation(opcode = 0x21, mnemonic = "load.inputs", summary = "Loads a tile of input rows into a stationary buffer"
        + " (input-stationary machines).")
    record LoadInputs(
            @Field(value = "stationary buffer", max = 15) int buffer,
            @Field("tile") Window input) implements ArrayInstruction {
    }

    /** Streams input rows past loaded weights. */
    @Operation(opcode = 0x22, mnemonic = "matmul.ws", summary = "Multiplies input rows by the weights of a stationary"
        + " buffer.")
    record StreamInputs(
            @Field(value = "stationary buffer that holds the weights", max = 15) int buffer,
            @Field("rows and depth of the tile") Window input,
            @Field(value = "columns of the tile", min = 1, max = Window.MAX_COUNT) int columns,
            @Field("sums") Accumulators sums,
            @Field("add to the sums already there") boolean accumulate) implements ArrayInstruction {
    }

    /** Streams weight columns past loaded inputs. */
    @Operation(opcode = 0x23, mnemonic = "matmul.is", summary = "Multiplies the input rows of a stationary buffer by"
        + " streamed weights.")
    record StreamWeights(
            @Field(value = "stationary buffer that holds the inputs", max = 15) int buffer,
            @Field(value = "rows of the tile", min = 1, max = Window.MAX_COUNT) int rows,
            @Field("depth and columns of the tile") Weights weights,
            @Field("sums") Accumulators sums,
            @Field("add to the sums already there") boolean accumulate) implements ArrayInstruction {
    }

    /** Builds a tile of sums in the array, streaming both operands. */
    @Operation(opcode = 0x24, mnemonic = "matmul.os", summary = "Multiplies streamed inputs by streamed weights, sums"
        + " resting in the array until they drain to the accumulator memory.")
    record StreamBoth(
            @Field("rows and depth of the tile") Window input,
            @Field("depth and columns of the tile") Weights weights,
            @Field("sums") Accumulators sums,
            @Field("add to the sums already there") boolean accumulate) implements ArrayInstruction {
    }

    /** Channel-wise convolution on machines whose array has a way to do it. */
    @Operation(opcode = 0x25, mnemonic = "depthwise", summary = "Convolves each channel with taps of its own: row r,"
        + " column c sums input channel c / multiplier over the taps; weight row k holds tap k of every column.")
    record Depthwise(
            @Field("rows, taps and channels of the tile") Window input,
            @Field("one row per tap, one column per output channel") Weights weights,
            @Field(value = "output channels per input channel", min = 1, max = 65536) int multiplier,
            @Field("sums") Accumulators sums,
            @Field("add to the sums already there") boolean accumulate) implements ArrayInstruction {
    }
}
