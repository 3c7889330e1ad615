package quantwright.backend.llvm.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FunctionBuilderTest {
    private final ModuleBuilder module = new ModuleBuilder(new TargetAttributes(
        "x86_64-unknown-linux-gnu", TargetAttributes.X86_64_LAYOUT, "x86-64", "generic", "+sse2", 128));

    private FunctionBuilder function(Parameter... p) {
        return module.function("f", ModuleBuilder.Linkage.EXTERNAL, IrType.I64, p);
    }

    @Test
    void carriedLoopHasOnePhiPerValueAndCountsUpToTheEnd() {
        var f = function(Parameter.readOnly("x"));
        Value[] sum = f.loop(0, 10, 3, new Value[] {Value.i64(5)}, (i, c) -> new Value[] {f.add(c[0], i)});
        f.ret(sum[0]);
        String body = module.text().lines().filter(l -> l.startsWith("  ") || l.endsWith(":"))
            .reduce("", (a, b) -> a + b + "\n");
        assertEquals("""
            entry:
              br label %loop0
            loop0:
              %0 = phi i64 [ 0, %entry ], [ %3, %loop0 ]
              %1 = phi i64 [ 5, %entry ], [ %2, %loop0 ]
              %2 = add i64 %1, %0
              %3 = add nsw i64 %0, 3
              %4 = icmp ne i64 %3, 12
              br i1 %4, label %loop0, label %done1
            done1:
              ret i64 %2
            """, body);
    }

    @Test
    void constantAddressesCostNoInstructionUntilMemoryIsTouched() {
        var f = function(Parameter.readOnly("x"));
        Address a = f.at(f.at(f.param(0)).plus(8), Value.i64(3), 4);
        assertEquals(20, a.offset());
        f.ret(f.load(IrType.I64, a, 8));
        assertTrue(module.text().contains("%0 = getelementptr i8, ptr %x, i64 20\n  %1 = load i64, ptr %0, align 8"));
    }

    @Test
    void oneTripIsInlinedAndNoTripIsNothing() {
        var f = function();
        f.loop(0, 4, 4, i -> assertEquals(0, i.constant()));
        f.loop(4, 4, 1, i -> {
            throw new AssertionError("no iteration expected");
        });
        f.ret(Value.i64(0));
        assertTrue(module.text().contains("entry:\n  ret i64 0"));
    }

    @Test
    void integerScalarsFoldWithWrapping() {
        var f = function();
        assertEquals(Integer.MIN_VALUE, f.add(Value.i32(Integer.MAX_VALUE), Value.i32(1)).constant());
        assertEquals(-6, f.mul(Value.i32(2), Value.i32(-3)).constant());
    }

    @Test
    void floatConstantsAreExactBitPatterns() {
        assertEquals("0x3FB99999A0000000", Value.f32(0.1f).text());
        assertEquals("0x8000000000000000", Value.f32(-0f).text());
        assertEquals("splat (float 0x7FF0000000000000)",
            Value.of(IrType.F32.vec(16), Float.POSITIVE_INFINITY).text());
    }

    @Test
    void mismatchedOperandsAreRefused() {
        var f = function();
        assertThrows(IllegalArgumentException.class, () -> f.add(Value.i32(1), Value.i64(1)));
        assertThrows(IllegalArgumentException.class, () -> f.fadd(Value.f32(1), Value.i32(1)));
    }
}
