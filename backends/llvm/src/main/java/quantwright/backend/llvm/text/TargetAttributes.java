package quantwright.backend.llvm.text;

import quantwright.backend.llvm.CodeTarget;

/**
 * What every generated module and function states about its target, so that nothing is taken from the host.
 *
 * @param triple            LLVM target triple
 * @param dataLayout        LLVM data layout string
 * @param cpu               {@code target-cpu}
 * @param tuneCpu           {@code tune-cpu}
 * @param features          complete {@code target-features} string, such as {@code +avx2,+fma,...}
 * @param preferVectorWidth widest vector, in bits, that code generation may choose by itself
 */
public record TargetAttributes(String triple, String dataLayout, String cpu, String tuneCpu, String features,
        int preferVectorWidth) {
    /** Data layout of x86-64 System V in LLVM 20. */
    public static final String X86_64_LAYOUT =
        "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128";

    /** The attributes of a code generation target. */
    public static TargetAttributes of(CodeTarget t) {
        return new TargetAttributes(t.triple(), t.dataLayout(), t.cpu(), t.tuneCpu(), t.features(), t.vectorWidth());
    }
}
