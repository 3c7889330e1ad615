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
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.Disassembler;
import quantwright.backend.llvm.InstructionLoop;
import quantwright.backend.llvm.object.ElfObject;

/**
 * The loops of ONNX Runtime's {@code linux-aarch64} library that multiply bytes, found by their instructions: the library
 * has no names for them.
 */
final class ForeignLoops {
    private static final String LIBRARY = "/ai/onnxruntime/native/linux-aarch64/libonnxruntime.so";
    /** Instructions of the longest loop looked for. */
    private static final int LONGEST = 400;
    private final byte[] text;
    private final int[] words;

    /** Which instructions multiply. */
    enum Kind {
        /** {@code smull}, {@code smlal}. */
        WIDENING,
        /** {@code sdot}, by element or not. */
        DOT,
        /** {@code smmla}. */
        MATRIX;

        boolean holds(int w) {
            return switch (this) {
                case WIDENING -> (w & 0xbfe0fc00) == 0x0e20c000 || (w & 0xbfe0fc00) == 0x0e208000;
                case DOT -> (w & 0xffe0fc00) == 0x4e809400 || (w & 0xffc0f400) == 0x4f80e000;
                case MATRIX -> (w & 0xffe0fc00) == 0x4e80a400;
            };
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

    /** The loop of a kind with the fewest instructions per product. */
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
                .filter(l -> InstructionLoop.of(l.instructions()).size() == 1)
                .min(Comparator.comparingDouble(l -> (double) l.size() / l.macs()));
    }

    /** Index of the instruction a conditional branch goes back to, or -1. */
    private int target(int i) {
        int w = words[i];
        int distance;
        if ((w & 0xff000010) == 0x54000000 || (w & 0x7e000000) == 0x34000000) {
            distance = w << 8 >> 13;
        } else if ((w & 0x7e000000) == 0x36000000) {
            distance = w << 13 >> 18;
        } else {
            return -1;
        }
        return distance < 0 ? i + distance : -1;
    }
}
