package quantwright.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.Disassembler;
import quantwright.backend.llvm.InstructionLoop;
import quantwright.backend.llvm.object.ElfObject;

/**
 * The loops of ONNX Runtime's {@code linux-aarch64} library that multiply bytes or requantize sums, found by their
 * instructions: the library has no names for them.
 */
final class ForeignLoops {
    private static final String LIBRARY = "/ai/onnxruntime/native/linux-aarch64/libonnxruntime.so";
    /** Instructions of the longest loop looked for. */
    private static final int LONGEST = 400;
    private static final Pattern VECTOR_REGISTER = Pattern.compile("\\b[qv]\\d+");
    private final byte[] text;
    private final int[] words;

    /** What a loop does. */
    enum Kind {
        /** {@code smull}, {@code smlal} and sums of neighbours. */
        WIDENING,
        /** {@code sdot}, by element or not. */
        DOT,
        /** {@code smmla}. */
        MATRIX,
        /** {@code sdot} of one pixel: for each a register of weights is loaded. */
        VECTOR,
        /** {@code smull}, {@code smlal} and sums lane by lane: one filter for each channel. */
        DEPTHWISE,
        /** Conversion of sums to bytes. */
        REQUANTIZE;

        private boolean holds(int w) {
            return switch (this) {
                case WIDENING, DEPTHWISE -> (w & 0xbfe0fc00) == 0x0e20c000 || (w & 0xbfe0fc00) == 0x0e208000;
                case DOT, VECTOR -> (w & 0xffe0fc00) == 0x4e809400 || (w & 0xffc0f400) == 0x4f80e000;
                case MATRIX -> (w & 0xffe0fc00) == 0x4e80a400;
                // fcvtns of four lanes
                case REQUANTIZE -> (w & 0xfffffc00) == 0x4e21a800;
            };
        }

        private boolean is(InstructionLoop l) {
            return switch (this) {
                case WIDENING -> l.count("sadalp|addp") > 0;
                case DEPTHWISE -> l.count("saddw2?") > 0 && l.count("sadalp|addp") == 0;
                case DOT, MATRIX -> true;
                case VECTOR -> registersLoaded(l) >= l.count("[su]dot");
                case REQUANTIZE -> l.macs() == 0 && l.count("sqxtn2?|sqxtun2?") > 0;
            };
        }

        /** Vector registers that an iteration loads. */
        private static long registersLoaded(InstructionLoop l) {
            return l.instructions().stream().filter(i -> i.mnemonic().startsWith("ld")).mapToLong(i ->
                    VECTOR_REGISTER.matcher(i.text().split("\\[")[0]).results().count()).sum();
        }

        /** Bytes of a sum that a step multiplies: shorter sums are padded. */
        int depth() {
            return switch (this) {
                case DOT, VECTOR, WIDENING -> 4;
                case MATRIX -> 8;
                case DEPTHWISE, REQUANTIZE -> 1;
            };
        }

        /** Products, or requantized sums, of an iteration. */
        long work(InstructionLoop l) {
            return this == REQUANTIZE ? 4 * l.count("fcvtns") : l.macs();
        }
    }

    private ForeignLoops(byte[] text) {
        this.text = text;
        words = new int[text.length / 4];
        ByteBuffer.wrap(text).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words);
    }

    /** Reads the library from the class path. */
    static ForeignLoops load() throws IOException {
        try (InputStream in = ForeignLoops.class.getResourceAsStream(LIBRARY)) {
            if (in == null) {
                throw new IOException("no " + LIBRARY + " on the class path");
            }
            return new ForeignLoops(ElfObject.parse(in.readAllBytes()).sections().stream()
                    .filter(s -> s.name().equals(".text")).findFirst().orElseThrow().bytes());
        }
    }

    /** The loop of a kind with the fewest instructions for its work. */
    Optional<InstructionLoop> best(Kind kind, Disassembler disassembler, CodeTarget target) {
        Set<Integer> ends = new TreeSet<>();
        for (int i = 0; i < words.length; i++) {
            if (kind.holds(words[i])) {
                for (int end = i; end < Math.min(words.length, i + LONGEST); end++) {
                    int start = target(end);
                    if (start >= 0 && start <= i && end - start < LONGEST) {
                        ends.add(end);
                    }
                }
            }
        }
        return ends.stream().map(end -> new InstructionLoop(disassembler.instructions(
                Arrays.copyOfRange(text, 4 * target(end), 4 * end + 4), target)))
                .filter(l -> kind.is(l) && innermost(l))
                .min(Comparator.comparingDouble(l -> (double) l.size() / kind.work(l)));
    }

    /** Whether a loop holds no other; one that ends in a branch without condition is known by its products. */
    private static boolean innermost(InstructionLoop l) {
        var inside = InstructionLoop.of(l.instructions());
        return inside.isEmpty() || inside.size() == 1 && inside.getFirst().size() == l.size();
    }

    /** Index of the instruction a branch goes back to, or -1. */
    private int target(int i) {
        int w = words[i];
        int distance;
        if ((w & 0xff000010) == 0x54000000 || (w & 0x7e000000) == 0x34000000) {
            distance = w << 8 >> 13;
        } else if ((w & 0x7e000000) == 0x36000000) {
            distance = w << 13 >> 18;
        } else if ((w & 0xfc000000) == 0x14000000) {
            distance = w << 6 >> 6;
        } else {
            return -1;
        }
        return distance < 0 ? i + distance : -1;
    }
}
