package quantwright.backend.avx;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/** Narrowing by the saturating packs, and byte tables. */
final class X86Narrow {
    private X86Narrow() {
    }

    private static Value pack(FunctionBuilder f, String op, Value a, Value b, IrType to) {
        String name = switch (to.lanes() * to.bits()) {
            case 512 -> "llvm.x86.avx512." + op + ".512";
            case 256 -> "llvm.x86.avx2." + op;
            default -> op.equals("packusdw") ? "llvm.x86.sse41." + op : "llvm.x86.sse2." + op + ".128";
        };
        return f.intrinsic(name, to, a, b);
    }

    /**
     * Saturating i32 to i16, plus zero with saturation, to u8. Saturation twice equals once: the zero point is below
     * 256 and a value cut to i16 is far outside the byte range on the same side.
     */
    static Value toUnsigned(FunctionBuilder f, Value[] pieces, Address zero) {
        Value bytes = interleaved(f, pieces, zero);
        int n = bytes.type().lanes() / 4;
        int groups = n / 4;
        if (groups == 1) {
            return bytes;
        }
        // The packs work in 128-bit groups: group g holds four bytes of each piece.
        int[] order = new int[n];
        for (int piece = 0; piece < 4; piece++) {
            for (int g = 0; g < groups; g++) {
                order[piece * groups + g] = 4 * g + piece;
            }
        }
        Value dwords = f.shuffle(f.bitcast(bytes, IrType.I32.vec(n)), order);
        return f.bitcast(dwords, IrType.I8.vec(4 * n));
    }

    /** The same, the bytes in the order the packs leave them. */
    static Value interleaved(FunctionBuilder f, Value[] pieces, Address zero) {
        int n = pieces[0].type().lanes();
        IrType words = IrType.I16.vec(2 * n);
        Value z = f.load(words, zero, 16);
        Value[] halves = new Value[2];
        for (int h = 0; h < 2; h++) {
            Value a = pieces[Math.min(2 * h, pieces.length - 1)];
            Value b = pieces[Math.min(2 * h + 1, pieces.length - 1)];
            if (h == 1 && pieces.length <= 2) {
                halves[1] = halves[0];
            } else {
                halves[h] = f.overloaded("llvm.sadd.sat", words, pack(f, "packssdw", a, b, words), z);
            }
        }
        return pack(f, "packuswb", halves[0], halves[1], IrType.I8.vec(4 * n));
    }

    /** table[b], unsigned. */
    static Value lookup(FunctionBuilder f, Value bytes, Address table, boolean vbmi) {
        int n = bytes.type().lanes();
        if (!vbmi) {
            return n >= 16 ? shuffledLookup(f, bytes, table) : scalarLookup(f, bytes, table);
        }
        IrType full = IrType.I8.vec(64);
        Value index = bytes;
        if (n < 64) {
            int[] lanes = new int[64];
            for (int i = 0; i < 64; i++) {
                lanes[i] = i < n ? i : -1;
            }
            index = f.shuffle(bytes, lanes);
        }
        Value[] part = new Value[4];
        for (int i = 0; i < 4; i++) {
            part[i] = f.load(full, table.plus(64L * i), 64);
        }
        // vpermi2b uses the low seven index bits
        Value low = f.intrinsic("llvm.x86.avx512.vpermi2var.qi.512", full, part[0], index, part[1]);
        Value high = f.intrinsic("llvm.x86.avx512.vpermi2var.qi.512", full, part[2], index, part[3]);
        Value r = f.select(f.icmp("slt", index, Value.zero(full)), high, low);
        return f.slice(r, 0, n);
    }

    /**
     * Sixteen rows of sixteen bytes: of each, vpshufb picks for the lanes whose index falls into it and gives 0 to
     * others.
     */
    private static Value shuffledLookup(FunctionBuilder f, Value bytes, Address table) {
        int n = Math.min(bytes.type().lanes(), 32);
        if (bytes.type().lanes() > n) {
            return f.concat(shuffledLookup(f, f.slice(bytes, 0, n), table), shuffledLookup(f, f.slice(bytes, n, n),
                    table));
        }
        IrType t = IrType.I8.vec(n);
        int[] twice = new int[n];
        for (int i = 0; i < n; i++) {
            twice[i] = i % 16;
        }
        Value result = Value.zero(t);
        for (int row = 0; row < 16; row++) {
            Value entries = f.shuffle(f.load(IrType.I8.vec(16), table.plus(16L * row), 16), twice);
            // Index less 16 * row, saturated so that what is not below 16 has its top bit set.
            Value index = f.overloaded("llvm.uadd.sat", t, f.sub(bytes, Value.of(t, (byte) (16 * row))), Value.of(t,
                    0x70));
            String name = n == 32 ? "llvm.x86.avx2.pshuf.b" : "llvm.x86.ssse3.pshuf.b.128";
            result = f.or(result, f.intrinsic(name, t, entries, index));
        }
        return result;
    }

    private static Value scalarLookup(FunctionBuilder f, Value bytes, Address table) {
        Value r = Value.poison(bytes.type());
        for (int i = 0; i < bytes.type().lanes(); i++) {
            Value index = f.zext(f.extract(bytes, i), IrType.I64);
            r = f.insert(r, f.load(IrType.I8, f.at(table, index, 1), 1), i);
        }
        return r;
    }
}
