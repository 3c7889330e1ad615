package quantwright.backend.llvm.object;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import quantwright.backend.llvm.CodeOptions;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.CpuFeature.Architecture;
import quantwright.backend.llvm.LlvmToolchain;

class ElfTest {
    private static final CodeTarget BASE = CodeTarget.x86(Set.of(), "generic");
    private static final String READER = """
            @weights = external hidden constant [0 x i8], align 64
            define i8 @read(i64 %i) {
              %p = getelementptr i8, ptr @weights, i64 %i
              %v = load i8, ptr %p
              ret i8 %v
            }
            define i64 @misalignment() {
              %a = ptrtoint ptr @weights to i64
              %m = and i64 %a, 63
              ret i64 %m
            }
            define hidden void @internal() noinline {
              ret void
            }
            """;

    private final LlvmToolchain toolchain = LlvmToolchain.open();

    private ObjectCode compile(CodeTarget target) {
        return toolchain.compiler().compile(READER, target, CodeOptions.AS_WRITTEN);
    }

    private static byte[] weights(int size) {
        var bytes = new byte[size];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    @Test
    void readOnlyDataLinksWithCode() throws Throwable {
        var bytes = weights(1_000_003);
        var data = ReadOnlyData.object(Architecture.X86_64, "weights", MemorySegment.ofArray(bytes), 64);
        try (var object = toolchain.load(List.of(compile(BASE), data))) {
            var read = object.function("read", FunctionDescriptor.of(JAVA_BYTE, JAVA_LONG));
            for (long i : new long[] {0, 1, 63, 64, 999_999, 1_000_002}) {
                assertEquals(bytes[(int) i], (byte) read.invokeExact(i));
            }
            assertEquals(0L, (long) object.function("misalignment", FunctionDescriptor.of(JAVA_LONG)).invokeExact());
        }
    }

    @Test
    void symbolsSectionsAndSegments() {
        var data = ReadOnlyData.object(Architecture.X86_64, "weights", MemorySegment.ofArray(weights(100)), 64);
        var code = ElfObject.parse(compile(BASE).bytes());
        assertEquals(Architecture.X86_64, code.architecture());
        assertEquals(List.of("weights"), code.undefinedSymbols());
        assertEquals(List.of("misalignment", "read"), code.exportedSymbols());
        assertArrayEquals(weights(100), ElfObject.parse(data.bytes()).bytes(
                ElfObject.parse(data.bytes()).symbol("weights").orElseThrow()));

        var joined = toolchain.linker().relocatable(List.of(compile(BASE), data));
        assertEquals(List.of(), ElfObject.parse(joined.bytes()).undefinedSymbols());
        var shared = ElfObject.parse(toolchain.linker().shared(List.of(joined), "m.so"));
        assertEquals(List.of("misalignment", "read"), shared.exportedSymbols());
        assertTrue(shared.segments().stream().noneMatch(s -> (s.flags() & 3) == 3), shared.segments().toString());
        assertEquals(6, shared.segments().stream().filter(s -> s.type() == 0x6474e551).findFirst().orElseThrow()
                .flags(), "the stack is not executable");
        assertTrue(shared.sections().stream().noneMatch(s -> s.name().startsWith(".eh_frame")),
                "no unwind tables");
    }

    @Test
    void otherArchitecture() {
        var arm = CodeTarget.aarch64(Set.of(), "generic");
        var data = ReadOnlyData.object(Architecture.AARCH64, "weights", MemorySegment.ofArray(weights(9)), 16);
        var shared = toolchain.linker().shared(List.of(compile(arm), data), "m.so");
        assertEquals(Architecture.AARCH64, ElfObject.parse(shared).architecture());
        assertEquals(List.of("misalignment", "read"), ElfObject.parse(shared).exportedSymbols());
    }

    @Test
    void damagedFilesAreRefusedNotMisread() {
        var whole = compile(BASE).bytes();
        for (int length = 0; length < whole.length; length++) {
            var cut = Arrays.copyOf(whole, length);
            assertThrows(IllegalArgumentException.class, () -> ElfObject.parse(cut));
        }
        var random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            var bad = whole.clone();
            bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            try {
                assertNotEquals(null, ElfObject.parse(bad));
            } catch (IllegalArgumentException e) {
                refused++;
            }
        }
        assertTrue(refused > 0);
    }
}
