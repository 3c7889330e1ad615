package quantwright.profiles;

import java.util.Optional;

/**
 * A chip as the compiler sees it: an instance of one machine template plus its quantization rules.
 *
 * @param id stable name, the file's name without extension
 * @param summary one line for people
 * @param cpu the machine, if it is a CPU with vectors
 * @param quantization what the chip's integer arithmetic looks like
 * @param hash hexadecimal SHA-256 of the profile's resolved text
 */
public record HardwareProfile(String id, String summary, Optional<CpuMachine> cpu, QuantizationRules quantization,
                              String hash) {
}
