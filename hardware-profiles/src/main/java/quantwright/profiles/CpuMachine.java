package quantwright.profiles;

import java.util.List;

/**
 * A CPU with vector registers.
 *
 * @param isa {@code x86_64}, {@code aarch64}, or {@code jvm} for Java bytecode
 * @param tune scheduling model, by its LLVM name; never adds instructions
 * @param features complete list of instruction-set extensions code may use, by LLVM's names
 * @param vectorBits width of the widest vector register to use
 * @param l1Bytes first-level data cache
 * @param l2Bytes second-level cache
 */
public record CpuMachine(String isa, String tune, List<String> features, int vectorBits, long l1Bytes, long l2Bytes) {
    /** Copies the list. */
    public CpuMachine {
        features = List.copyOf(features);
    }
}
