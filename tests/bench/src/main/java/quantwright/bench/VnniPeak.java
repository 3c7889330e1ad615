package quantwright.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.LlvmToolchain;
import quantwright.backend.llvm.object.SharedObject;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.TargetAttributes;

/**
 * The most multiply-accumulates a core does: a loop of {@code vpdpbusd} on 512-bit registers alone, with more
 * independent accumulators than latency times throughput needs. What integer kernels are measured against.
 */
final class VnniPeak implements AutoCloseable {
    private static final int ACCUMULATORS = 24;
    private static final int MACS = 64;
    private static final int ITERATIONS = 100_000;
    private static final String V = "<16 x i32>";
    private static final String DOT = "@llvm.x86.avx512.vpdpbusd.512";

    private final SharedObject code;
    private final MethodHandle loop;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment data = arena.allocate(192, 64);

    VnniPeak() {
        CodeTarget target = CodeTarget.x86(Host.AVX512, "generic");
        String text = new ModuleBuilder(TargetAttributes.of(target)).text() + body();
        code = LlvmToolchain.open().build(text, target);
        loop = code.function("peak", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
        data.fill((byte) 3);
    }

    private static String body() {
        StringBuilder s = new StringBuilder("declare " + V + " " + DOT + "(" + V + ", " + V + ", " + V + ")\n"
                + "define void @peak(ptr %data, i64 %n) {\nentry:\n"
                + "  %bp = getelementptr i8, ptr %data, i64 64\n"
                + "  %a = load " + V + ", ptr %data, align 64\n"
                + "  %b = load " + V + ", ptr %bp, align 64\n"
                + "  br label %loop\nloop:\n"
                + "  %i = phi i64 [ 0, %entry ], [ %i1, %loop ]\n");
        for (int k = 0; k < ACCUMULATORS; k++) {
            // Starts that differ keep the accumulators apart.
            s.append("  %x" + k + " = phi " + V + " [ splat (i32 " + k + "), %entry ], [ %y" + k + ", %loop ]\n");
        }
        for (int k = 0; k < ACCUMULATORS; k++) {
            s.append("  %y" + k + " = call " + V + " " + DOT + "(" + V + " %x" + k + ", " + V + " %a, " + V + " %b)\n");
        }
        s.append("  %i1 = add i64 %i, 1\n  %more = icmp ult i64 %i1, %n\n")
                .append("  br i1 %more, label %loop, label %done\ndone:\n");
        String sum = "%y0";
        for (int k = 1; k < ACCUMULATORS; k++) {
            s.append("  %s" + k + " = xor " + V + " " + sum + ", %y" + k + "\n");
            sum = "%s" + k;
        }
        return s + "  %rp = getelementptr i8, ptr %data, i64 128\n  store " + V + " " + sum + ", ptr %rp, align 64\n"
                + "  ret void\n}\n";
    }

    /** Multiply-accumulates of one {@link #run}. */
    static long macs() {
        return (long) ACCUMULATORS * MACS * ITERATIONS;
    }

    /** Runs the loop once. */
    void run() {
        try {
            loop.invokeExact(data, (long) ITERATIONS);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        code.close();
        arena.close();
    }
}
