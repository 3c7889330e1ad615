package quantwright.simulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quantwright.ir.arith.Multiplier;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.QuantizedAdd;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.QuantizedSoftmax;
import quantwright.ir.arith.Requantizer;
import quantwright.ir.arith.Rounding;
import quantwright.ir.diag.UserErrorException;
import quantwright.npu.isa.Accumulators;
import quantwright.npu.isa.Area;
import quantwright.npu.isa.ArrayInstruction;
import quantwright.npu.isa.Block;
import quantwright.npu.isa.ControlInstruction;
import quantwright.npu.isa.Dataflow;
import quantwright.npu.isa.DmaInstruction;
import quantwright.npu.isa.ElementwiseKind;
import quantwright.npu.isa.Extent;
import quantwright.npu.isa.Grid;
import quantwright.npu.isa.MachineParameters;
import quantwright.npu.isa.NumberType;
import quantwright.npu.isa.PoolKind;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.Queue;
import quantwright.npu.isa.Rescaling;
import quantwright.npu.isa.RoundingMode;
import quantwright.npu.isa.VectorInstruction;
import quantwright.npu.isa.Weights;
import quantwright.npu.isa.Window;

/** Each instruction against its definition in {@code docs/npu.md}, written out plainly. */
class FunctionalEngineTest {
    private static final int A = 0;
    private static final int B = 1 << 16;
    private static final int TABLE = 1 << 18;
    private static final int OUT = 1 << 20;

    private final Random random = new Random(1);

    private byte[] bytes(int count) {
        var out = new byte[count];
        random.nextBytes(out);
        return out;
    }

    private static byte[] run(Program program, byte[]... inputs) {
        return FunctionalEngine.run(program, List.of(inputs)).getFirst();
    }

    /** Identity: i32 bias 0 and factor 1. */
    private static byte[] identity() {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(0).putFloat(1f).array();
    }

    private static int element(byte[] data, NumberType type, int byteAt, int i) {
        int bits = type.bits();
        if (bits == 16) {
            return (short) (data[byteAt + 2 * i] & 0xff | data[byteAt + 2 * i + 1] << 8);
        }
        int raw = data[byteAt + i * bits / 8] >> (i * bits % 8) & ((1 << bits) - 1);
        return type == NumberType.SIGN1 ? (raw == 0 ? 1 : -1) : raw > type.max() ? raw - (1 << bits) : raw;
    }

    private void product(Dataflow dataflow, NumberType input, NumberType weight, int accumulatorBits) {
        int m = 1 + random.nextInt(9);
        int channels = 1 + random.nextInt(3);
        int n = 1 + random.nextInt(9);
        int k = 4 * channels;
        int scale = input.bits() / 8 == 2 ? 2 : 1;
        // Rows overlap: 2 x 2 taps over a map 12 elements wide; pitches stay even for 16 bits.
        var window = new Window(A, input, random.nextInt(20) - 10, m, 24, 1, 0, 2, 2 * scale, 2, 24, channels);
        int pitch = (int) weight.bytes(n) + random.nextInt(3);
        var weights = new Weights(B, weight, random.nextInt(5) - 2, k, n, pitch);
        var sums = new Accumulators(random.nextInt(50), n + random.nextInt(3));
        byte[] x = bytes(400);
        byte[] w = bytes(k * pitch + 8);
        var machine = Machines.of(dataflow, 16, 16, accumulatorBits);
        var s = new Stream(machine).input("x", x.length, A).constant("w", w, B).constant("t", identity(), TABLE);
        boolean twice = random.nextBoolean();
        for (int i = 0; i < (twice ? 2 : 1); i++) {
            switch (dataflow) {
                case WEIGHT_STATIONARY -> s.then(Queue.ARRAY, new ArrayInstruction.LoadWeights(1, weights))
                    .then(Queue.ARRAY, new ArrayInstruction.StreamInputs(1, window, n, sums, i == 1));
                case INPUT_STATIONARY -> s.then(Queue.ARRAY, new ArrayInstruction.LoadInputs(0, window))
                    .then(Queue.ARRAY, new ArrayInstruction.StreamWeights(0, m, weights, sums, i == 1));
                case OUTPUT_STATIONARY -> s.then(Queue.ARRAY,
                    new ArrayInstruction.StreamBoth(window, weights, sums, i == 1));
            }
        }
        var fixed = new Rescaling(RoundingMode.FLOOR, 31, true);
        // Shifted right by 12 in 64 bits, so that wide sums fit the 16 bits of the result.
        byte[] table = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putInt(7).putInt(1 << 30).putInt(-11)
            .array();
        byte[] y = run(s.constant("f", table, TABLE + 64).then(Queue.VECTOR,
            new VectorInstruction.Requantize(sums, new Grid(1, m, n), new Area(OUT, NumberType.I16, 3, 0, 2 * n), fixed,
                TABLE + 64, false, -32768, 32767, false, 0)).output("y", 2 * m * n, OUT).program(), x);
        for (int r = 0; r < m; r++) {
            for (int c = 0; c < n; c++) {
                long sum = 0;
                for (int tap = 0; tap < 4; tap++) {
                    for (int channel = 0; channel < channels; channel++) {
                        int at = r * 24 + tap / 2 * 2 * scale + tap % 2 * 24;
                        sum += (long) (element(x, input, at, channel) - window.zero())
                            * (element(w, weight, (tap * channels + channel) * pitch, c) - weights.zero());
                    }
                }
                sum = wrap(wrap(twice ? 2 * sum : sum, accumulatorBits) + 7, Math.max(accumulatorBits, 32));
                long expected = Math.clamp((sum >> 12) + 3, -32768, 32767);
                assertEquals(expected, element(y, NumberType.I16, 2 * (r * n + c), 0), dataflow + " " + input + " "
                    + weight + " " + accumulatorBits);
            }
        }
    }

    private static long wrap(long value, int bits) {
        return value << (64 - bits) >> (64 - bits);
    }

    @Test
    void productsOfEveryDataflowTypeAndWidth() {
        for (Dataflow dataflow : Dataflow.values()) {
            for (NumberType input : NumberType.values()) {
                for (NumberType weight : NumberType.values()) {
                    if (weight.bits() <= 8) {
                        product(dataflow, input, weight, 32);
                        product(dataflow, input, weight, 16 + random.nextInt(49));
                    }
                }
            }
        }
    }

    @Test
    void sumsBeyondThirtyTwoBitsStayExactInWideAccumulators() {
        var window = Window.matrix(A, NumberType.I16, 0, 1, 0, 1024);
        var weights = new Weights(B, NumberType.I8, 0, 1024, 1, 1);
        var x = new byte[2048];
        var w = new byte[1024];
        for (int i = 0; i < 1024; i++) {
            x[2 * i + 1] = -128;
            w[i] = -128;
        }
        // 2^15 * 2^7 * 2^10 = 2^32, halved by 2^-20 to 4096.
        byte[] table = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putInt(0).putInt(1 << 30).putInt(-19)
            .array();
        var s = new Stream(Machines.of(Dataflow.OUTPUT_STATIONARY, 4, 4, 40)).input("x", 2048, A).constant("w", w, B)
            .constant("t", table, TABLE)
            .then(Queue.ARRAY, new ArrayInstruction.StreamBoth(window, weights, new Accumulators(0, 1), false))
            .then(Queue.VECTOR, new VectorInstruction.Requantize(new Accumulators(0, 1), new Grid(1, 1, 1),
                new Area(OUT, NumberType.I16, 0, 0, 0), new Rescaling(RoundingMode.HALF_UP, 31, true), TABLE, false,
                -32768, 32767, false, 0));
        assertEquals(4096, element(run(s.output("y", 4, OUT).program(), x), NumberType.I16, 0, 0));
    }

    @Test
    void depthwiseWithMultiplier() {
        // 3 taps, 2 channels, 2 outputs per channel.
        byte[] x = bytes(16);
        byte[] w = bytes(12);
        var window = new Window(A, NumberType.I8, 4, 2, 2, 1, 0, 3, 2, 1, 0, 2);
        var sums = new Accumulators(0, 4);
        byte[] y = run(new Stream(Machines.of(Dataflow.WEIGHT_STATIONARY, 8, 8)).input("x", 16, A).constant("w", w, B)
            .constant("t", identity(), TABLE)
            .then(Queue.ARRAY, new ArrayInstruction.Depthwise(window, new Weights(B, NumberType.I8, 1, 3, 4, 4), 2, sums,
                false))
            .then(Queue.VECTOR, new VectorInstruction.Requantize(sums, new Grid(1, 2, 4),
                new Area(OUT, NumberType.I16, 0, 0, 8), Rescaling.f32(), TABLE, false, -32768, 32767, false, 0))
            .output("y", 16, OUT).program(), x);
        for (int r = 0; r < 2; r++) {
            for (int c = 0; c < 4; c++) {
                int sum = 0;
                for (int tap = 0; tap < 3; tap++) {
                    sum += (x[(r + tap) * 2 + c / 2] - 4) * (w[tap * 4 + c] - 1);
                }
                assertEquals(Math.clamp(sum, -32768, 32767), element(y, NumberType.I16, 2 * (r * 4 + c), 0));
            }
        }
    }

    private byte[] vector(VectorInstruction instruction, byte[] a, byte[] b, byte[] table, int outBytes) {
        return run(new Stream(Machines.of(Dataflow.WEIGHT_STATIONARY, 8, 8)).input("a", a.length, A)
            .input("b", b.length, B).constant("t", table, TABLE).then(Queue.VECTOR, instruction)
            .output("y", outBytes, OUT).program(), a, b);
    }

    @Test
    void elementwise() {
        byte[] a = bytes(24);
        byte[] b = bytes(24);
        var grid = new Grid(2, 3, 4);
        var first = new Area(A, NumberType.I8, 5, 12, 4);
        // The second operand repeats a row for each outer row.
        var second = new Area(B, NumberType.U8, -3, 0, 4);
        var out = new Area(OUT, NumberType.I8, 2, 12, 4);
        var range = new QuantRange(2, -100, 90);
        byte[] floats = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(0.3f).putFloat(0.2f).array();
        byte[] sub = vector(new VectorInstruction.Elementwise(ElementwiseKind.SUB, grid, first, false, second, false,
            out, Rescaling.f32(), TABLE, -100, 90), a, b, floats, 24);
        var gemmlowp = (Rounding.Fixed) Rounding.GEMMLOWP;
        QuantizedAdd adder = QuantizedAdd.of(gemmlowp, false, 8, 0.3f, 5, 0.2f, -3, 0.5f, range);
        var f = (QuantizedAdd.Fixed) adder;
        var fixed = ByteBuffer.allocate(28).order(ByteOrder.LITTLE_ENDIAN).putInt(f.leftShift());
        for (Requantizer.Fixed r : List.of(f.scaler1(), f.scaler2(), f.outScaler())) {
            fixed.putInt((int) r.multiplier().value()).putInt(r.multiplier().exponent());
        }
        byte[] add = vector(new VectorInstruction.Elementwise(ElementwiseKind.ADD, grid, first, false, second, false,
            out, new Rescaling(RoundingMode.GEMMLOWP_DOUBLE, 31, false), TABLE, -100, 90), a, b, fixed.array(), 24);
        Multiplier m = Multiplier.of(0.01, 16);
        var factor = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt((int) m.value()).putInt(m.exponent());
        byte[] mul = vector(new VectorInstruction.Elementwise(ElementwiseKind.MUL, grid, first, true, second, false,
            out, new Rescaling(RoundingMode.HALF_EVEN, 16, true), TABLE, -100, 90), a, b, factor.array(), 24);
        byte[] max = vector(new VectorInstruction.Elementwise(ElementwiseKind.MAX, grid, first, false, second, false,
            out, Rescaling.f32(), 0, -100, 90), a, b, floats, 24);
        Requantizer half = Requantizer.of(new Rounding.Fixed(16, Rounding.Mode.HALF_EVEN, Rounding.Intermediate.I64),
            0.01);
        QuantizedAdd subtract = new QuantizedAdd.F32(true, 0.3f, 5, 0.2f, -3, range);
        for (int i = 0; i < 24; i++) {
            int q2 = b[i % 12] & 0xff;
            assertEquals(subtract.apply(a[i], q2), sub[i]);
            assertEquals(adder.apply(a[i], q2), add[i]);
            assertEquals(half.apply((a[i / 4 * 4] - 5) * (q2 + 3), range), mul[i]);
            assertEquals(Math.clamp(Math.max(a[i], q2), -100, 90), max[i]);
        }
    }

    @Test
    void pools() {
        byte[] a = bytes(64);
        var window = new Window(A, NumberType.I8, 3, 2, 16, 2, 8, 2, 16, 2, 4, 4);
        var out = new Area(OUT, NumberType.I8, -2, 8, 4);
        byte[] max = vector(new VectorInstruction.Pool(PoolKind.MAX, window, out, Rescaling.f32(), 0, false, -128, 127),
            a, new byte[4], new byte[4], 16);
        byte[] factors = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putFloat(0.25f).putFloat(0.125f)
            .putFloat(0.3f).putFloat(1f).array();
        byte[] average = vector(new VectorInstruction.Pool(PoolKind.AVERAGE, window, out, Rescaling.f32(), TABLE, true,
            -128, 127), a, new byte[4], factors, 16);
        byte[] counts = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(3).array();
        byte[] divide = vector(new VectorInstruction.Pool(PoolKind.AVERAGE_DIVIDE, window, out, Rescaling.f32(), TABLE,
            false, -128, 127), a, new byte[4], counts, 16);
        float[] factor = {0.25f, 0.125f, 0.3f, 1f};
        for (int i = 0; i < 16; i++) {
            int start = i / 8 * 16 + i / 4 % 2 * 8 + i % 4;
            int greatest = -128;
            int sum = 0;
            for (int tap = 0; tap < 4; tap++) {
                int q = a[start + tap / 2 * 16 + tap % 2 * 4];
                greatest = Math.max(greatest, q);
                sum += q - 3;
            }
            assertEquals(greatest, max[i]);
            assertEquals(new Requantizer.F32(factor[i / 4]).apply(sum, new QuantRange(-2, -128, 127)), average[i]);
            double exact = Math.copySign(Math.floor(Math.abs(sum) / 3.0 + 0.5), sum);
            assertEquals(Math.clamp((long) exact - 2, -128, 127), divide[i]);
        }
    }

    @Test
    void tablesSoftmaxAndMoves() {
        byte[] a = bytes(24);
        byte[] table = bytes(256);
        var grid = new Grid(1, 4, 6);
        var in = new Area(A, NumberType.I8, 0, 0, 6);
        var out = new Area(OUT, NumberType.U8, 0, 0, 6);
        byte[] mapped = vector(new VectorInstruction.Lookup(grid, in, out, TABLE), a, new byte[4], table, 24);
        int[] exponentials = QuantizedSoftmax.integerTable(0.05f, 1f);
        var buffer = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asIntBuffer().put(exponentials);
        byte[] soft = vector(new VectorInstruction.Softmax(grid, in, out, false, TABLE), a, new byte[4], buffer.array(), 24);
        float[] reals = QuantizedSoftmax.tfliteTable(0.05f, 1f);
        buffer.asFloatBuffer().put(reals);
        byte[] real = vector(new VectorInstruction.Softmax(grid, in, out, true, TABLE), a, new byte[4], buffer.array(), 24);
        byte[] moved = vector(new VectorInstruction.Move(new Block(A, 4, 12), new Block(OUT, 8, 4),
            new Extent(3, 3, 2)), a, new byte[4], new byte[4], 24);
        for (int row = 0; row < 4; row++) {
            var q = new int[6];
            var expected = new int[6];
            for (int c = 0; c < 6; c++) {
                q[c] = a[6 * row + c];
                assertEquals(table[q[c] + 128], mapped[6 * row + c]);
            }
            QuantizedSoftmax.integer(exponentials, q, expected, 0);
            for (int c = 0; c < 6; c++) {
                assertEquals((byte) expected[c], soft[6 * row + c]);
            }
            QuantizedSoftmax.tflite(reals, q, expected, 1f / 256, new QuantRange(0, 0, 255));
            for (int c = 0; c < 6; c++) {
                assertEquals((byte) expected[c], real[6 * row + c]);
            }
        }
        for (int i = 0; i < 18; i++) {
            int plane = i / 9;
            int row = i / 3 % 3;
            assertEquals(a[plane * 12 + row * 4 + i % 3], moved[plane * 4 + row * 8 + i % 3]);
        }
    }

    @Test
    void stridedCopiesAndFills() {
        var s = new Stream(Machines.of(Dataflow.WEIGHT_STATIONARY, 8, 8));
        byte[] x = bytes(64);
        s.input("x", 64, A).then(Queue.DMA_IN, new DmaInstruction.DmaFill(new Block(OUT, 0, 0), new Extent(64, 1, 1), 9))
            .then(Queue.DMA_IN, new DmaInstruction.DmaIn(4, 16, 0, new Block(OUT + 8, 12, 0), new Extent(7, 3, 1)));
        byte[] y = run(s.output("y", 64, OUT).program(), x);
        var expected = new byte[64];
        java.util.Arrays.fill(expected, (byte) 9);
        for (int row = 0; row < 3; row++) {
            System.arraycopy(x, 4 + 16 * row, expected, 8 + 12 * row, 7);
        }
        assertArrayEquals(expected, y);
    }

    private static void refused(SimulatorDiagnostic code, String place, Program program, byte[]... inputs) {
        var e = assertThrows(UserErrorException.class, () -> FunctionalEngine.run(program, List.of(inputs)));
        assertEquals(code, e.diagnostics().getFirst().code());
        assertTrue(e.getMessage().contains(place), e.getMessage());
        assertEquals(place.contains("instruction"), e.getMessage().matches("(?s).*gets there in cycle \\d+.*"),
            e.getMessage());
    }

    @Test
    void badProgramsAndInputsAreRefused() {
        MachineParameters machine = Machines.of(Dataflow.WEIGHT_STATIONARY, 8, 8);
        var grid = new Grid(1, 1, 1);
        var area = new Area(OUT, NumberType.I8, 0, 0, 0);
        refused(SimulatorDiagnostic.REFUSED, "vector instruction 0 (lookup)", new Stream(machine).then(Queue.VECTOR,
            new VectorInstruction.Lookup(grid, area, area, 1 << 23)).program());
        refused(SimulatorDiagnostic.DEADLOCK, "array instruction 0 (wait)", new Stream(machine).with(Queue.ARRAY,
            new ControlInstruction.Wait(0, 1)).program());
        refused(SimulatorDiagnostic.INPUTS, "input x has 4 bytes, not 5", new Stream(machine).input("x", 4, 0).program(),
            new byte[5]);
        refused(SimulatorDiagnostic.INPUTS, "0 inputs", new Stream(machine).input("x", 4, 0).program());
        // A count of 0, and a factor that is not a number.
        refused(SimulatorDiagnostic.FAULT, "vector instruction 0 (pool)", new Stream(machine).then(Queue.VECTOR,
            new VectorInstruction.Pool(PoolKind.AVERAGE_DIVIDE, Window.matrix(A, NumberType.I8, 0, 1, 0, 1), area,
                Rescaling.f32(), TABLE, false, -128, 127)).program());
        refused(SimulatorDiagnostic.FAULT, "vector instruction 1 (requantize)", new Stream(machine)
            .constant("t", new byte[]{0, 0, 0, 0, -1, -1, -1, -1}, TABLE).then(Queue.VECTOR,
                new VectorInstruction.Requantize(new Accumulators(0, 1), grid, area, Rescaling.f32(), TABLE, false, 0, 1,
                    false, 0)).program());
        var much = new Stream(machine);
        for (int i = 0; i < 5; i++) {
            much.then(Queue.VECTOR, new VectorInstruction.Pool(PoolKind.MAX, new Window(A, NumberType.I8, 0, 1 << 10, 0,
                1 << 10, 0, 256, 0, 256, 0, 4), new Area(0, NumberType.I8, 0, 1 << 12, 4), Rescaling.f32(), 0, false, 0,
                1));
        }
        refused(SimulatorDiagnostic.TOO_LARGE, "steps", much.program());
    }
}
