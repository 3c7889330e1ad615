package quantwright.profiles;

import java.util.List;
import java.util.Optional;

/**
 * A CPU with vector registers.
 *
 * @param isa {@code x86_64}, {@code aarch64}, or {@code bytecode} for a JVM
 * @param tune scheduling model, by its LLVM name; never adds instructions
 * @param features complete list of instruction-set extensions code may use, by LLVM's names
 * @param vectorBits width of the widest vector register to use
 * @param l1Bytes first-level data cache
 * @param l2Bytes second-level cache
 * @param performance what it does in time and energy, if the profile states that
 */
public record CpuMachine(String isa, String tune, List<String> features, int vectorBits, long l1Bytes, long l2Bytes,
                         Optional<CpuPerformance> performance) {
    /** Copies the list. */
    public CpuMachine {
        features = List.copyOf(features);
    }

    /** A CPU whose times and energies are not stated. */
    public CpuMachine(String isa, String tune, List<String> features, int vectorBits, long l1Bytes, long l2Bytes) {
        this(isa, tune, features, vectorBits, l1Bytes, l2Bytes, Optional.empty());
    }
}
