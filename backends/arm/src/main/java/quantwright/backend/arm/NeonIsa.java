package quantwright.backend.arm;

import java.util.function.BinaryOperator;
import quantwright.backend.llvm.kernel.TileProduct;
import quantwright.backend.llvm.kernel.VectorIsa;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/**
 * AArch64 Advanced SIMD: 32 registers of 128 bits. All its products take signed bytes, so activations lie in the arena
 * as they are.
 *
 * @param level the integer products there are
 */
record NeonIsa(Level level) implements VectorIsa {
    /** What multiplies bytes. */
    enum Level {
        /** {@code smull}, {@code smlal}, {@code sadalp}: Armv8.0-A. */
        BASE("neon"),
        /** {@code sdot}: four products per lane. */
        DOTPROD("neondot"),
        /** {@code smmla}: two rows by two columns of eight products each. */
        I8MM("neoni8mm");

        private final String suffix;

        Level(String suffix) {
            this.suffix = suffix;
        }
    }

    /** {@code ldp} of two 128-bit registers takes offsets below this. */
    static final int PAIR_REACH = 1024;

    @Override
    public String suffix() {
        return level.suffix;
    }

    @Override
    public int lanes() {
        return 4;
    }

    @Override
    public int registers() {
        return 32;
    }

    /** {@code ldp}. */
    @Override
    public int loadedTogether() {
        return 2;
    }

    @Override
    public double issueWidth() {
        return 4;
    }

    @Override
    public int overlap() {
        return 0;
    }

    /** A register's sixteen bytes leave by one store, whatever follows them. */
    @Override
    public double splitStore() {
        return 0;
    }

    @Override
    public double instructionCost() {
        return 0.1;
    }

    @Override
    public int byteFlip() {
        return 0;
    }

    /** -128 * -128 twice is the only sum of two products that leaves 16 bits. */
    @Override
    public boolean safePairs(byte[] weights, int perOutput) {
        if (level != Level.BASE) {
            return false;
        }
        for (byte w : weights) {
            if (w == Byte.MIN_VALUE) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Dot dot(boolean safePairs) {
        return level == Level.BASE ? new WideningDot(safePairs) : new LaneDot();
    }

    @Override
    public TileProduct product(boolean safePairs) {
        return switch (level) {
            case BASE -> new WideningProduct(safePairs);
            case DOTPROD -> new DotProduct();
            case I8MM -> new MatrixProduct();
        };
    }

    @Override
    public TileProduct wordProduct(int bits) {
        return bits == 8 ? new WordProduct() : null;
    }

    @Override
    public TileProduct gatheredProduct() {
        return level == Level.I8MM ? new GatheredMatrixProduct() : null;
    }

    @Override
    public TileProduct floatProduct() {
        return new FloatProduct();
    }

    @Override
    public Value toIntHalfEven(FunctionBuilder f, Value v) {
        IrType ints = IrType.I32.vec(v.type().lanes());
        return f.intrinsic("llvm.aarch64.neon.fcvtns." + ints.suffix() + "." + v.type().suffix(), ints, v);
    }

    @Override
    public boolean scalesDoubled() {
        return true;
    }

    @Override
    public Value scaleDoubled(FunctionBuilder f, Value acc, Value multiplier, Value shift, boolean tiesAway) {
        IrType type = acc.type();
        Value high = f.overloaded("llvm.aarch64.neon.sqrdmulh", type, acc, multiplier);
        Value left = f.sub(Value.of(type, 31), shift);
        if (tiesAway) {
            // One less where a value below zero is shifted, so that its tie goes down.
            Value below = f.ashr(f.and(high, left), Value.of(type, 31));
            high = f.overloaded("llvm.sadd.sat", type, high, below);
        }
        return f.overloaded("llvm.aarch64.neon.srshl", type, high, left);
    }

    /** Saturation twice equals once: a value cut to 16 bits is outside the byte range on the same side. */
    @Override
    public Value narrow(FunctionBuilder f, Value[] pieces, Address zero) {
        return bytes(f, pieces, zero, (a, b) -> {
            IrType half = IrType.I16.vec(4);
            Value low = f.overloaded("llvm.aarch64.neon.sqxtn", half, a);
            return f.concat(low, a == b ? low : f.overloaded("llvm.aarch64.neon.sqxtn", half, b));
        });
    }

    /** {@code fcvtns} and {@code scvtf} occupy one pipe of four on wide cores, and two steps of it. */
    @Override
    public boolean convertsByAddition() {
        return true;
    }

    @Override
    public Value narrowLowHalves(FunctionBuilder f, Value[] pieces, Address zero) {
        return bytes(f, pieces, zero, (a, b) -> {
            IrType halves = IrType.I16.vec(8);
            return f.shuffle(f.bitcast(a, halves), f.bitcast(b, halves), 0, 2, 4, 6, 8, 10, 12, 14);
        });
    }

    /** Bytes of one to four vectors, of which {@code join} makes 16-bit lanes of two. */
    private static Value bytes(FunctionBuilder f, Value[] pieces, Address zero, BinaryOperator<Value> join) {
        Value low = words(f, join.apply(pieces[0], pieces[Math.min(1, pieces.length - 1)]), zero);
        Value high = pieces.length <= 2 ? low
            : words(f, join.apply(pieces[2], pieces[Math.min(3, pieces.length - 1)]), zero);
        IrType bytes = IrType.I8.vec(8);
        Value first = f.overloaded("llvm.aarch64.neon.sqxtn", bytes, low);
        return f.concat(first, low == high ? first : f.overloaded("llvm.aarch64.neon.sqxtn", bytes, high));
    }

    private static Value words(FunctionBuilder f, Value both, Address zero) {
        return f.overloaded("llvm.sadd.sat", both.type(), both, f.load(both.type(), zero, 16));
    }

    /** With one group of four lanes per vector the two orders are one. */
    @Override
    public Value narrowInterleaved(FunctionBuilder f, Value[] pieces, Address zero) {
        return narrow(f, pieces, zero);
    }

    @Override
    public Value lookup(FunctionBuilder f, Value bytes, Address table) {
        int n = bytes.type().lanes();
        if (n > 16) {
            return f.concat(lookup(f, f.slice(bytes, 0, n / 2), table), lookup(f, f.slice(bytes, n / 2, n / 2), table));
        }
        if (n < 8) {
            int[] widened = new int[8];
            for (int i = 0; i < 8; i++) {
                widened[i] = i < n ? i : -1;
            }
            return f.slice(lookup(f, f.shuffle(bytes, widened), table), 0, n);
        }
        // Four rows of 64 entries: tbl gives 0 for an index outside its row, tbx leaves what is there.
        IrType row = IrType.I8.vec(16);
        Value result = null;
        for (int i = 0; i < 4; i++) {
            Value[] operands = new Value[result == null ? 5 : 6];
            int at = 0;
            if (result != null) {
                operands[at++] = result;
            }
            for (int k = 0; k < 4; k++) {
                operands[at++] = f.load(row, table.plus(64L * i + 16L * k), 16);
            }
            operands[at] = i == 0 ? bytes : f.xor(bytes, Value.of(bytes.type(), (byte) (64 * i)));
            result = f.overloaded(result == null ? "llvm.aarch64.neon.tbl4" : "llvm.aarch64.neon.tbx4", bytes.type(),
                operands);
        }
        return result;
    }
}
