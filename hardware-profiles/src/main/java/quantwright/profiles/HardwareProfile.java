package quantwright.profiles;

import java.util.Map;
import java.util.Optional;

/**
 * A chip as the compiler sees it: an instance of one machine template plus its quantization rules.
 *
 * @param id stable name, the file's name without extension
 * @param summary one line for people
 * @param cpu the machine, if it is a CPU with vectors
 * @param npu the machine, if it is a neural processing unit
 * @param quantization what the chip's integer arithmetic looks like
 * @param sources where each number comes from, by its path in the profile ({@code npu.scratchpad.read})
 * @param vendor id of the backend that knows the machine, if it is none of the templates
 * @param hash hexadecimal SHA-256 of the profile's resolved text
 */
public record HardwareProfile(String id, String summary, Optional<CpuMachine> cpu, Optional<NpuMachine> npu,
                              QuantizationRules quantization, Map<String, Source> sources, Optional<String> vendor,
                              String hash) {
    /** Copies the map. */
    public HardwareProfile {
        sources = Map.copyOf(sources);
    }

    /** A machine of a template. */
    public HardwareProfile(String id, String summary, Optional<CpuMachine> cpu, Optional<NpuMachine> npu,
            QuantizationRules quantization, Map<String, Source> sources, String hash) {
        this(id, summary, cpu, npu, quantization, sources, Optional.empty(), hash);
    }

    /** A CPU whose numbers name no sources. */
    public HardwareProfile(String id, String summary, Optional<CpuMachine> cpu, QuantizationRules quantization,
            String hash) {
        this(id, summary, cpu, Optional.empty(), quantization, Map.of(), Optional.empty(), hash);
    }

    /** Whether the machine computes on activations of as many bits. A CPU does on any. */
    public boolean storesActivations(int bits) {
        return npu.map(m -> m.types().stream().anyMatch(t -> t.activationBits() == bits)).orElse(true);
    }

    /**
     * Whether so many weights may share a scale: as many as the profile's groups have, or several of those, all with one
     * scale. Code for a CPU gives any group its scale.
     */
    public boolean allowsGroups(int weights) {
        int finest = quantization.groupSize();
        return weights == 0 || cpu.isPresent() || finest > 0 && weights % finest == 0;
    }
}
