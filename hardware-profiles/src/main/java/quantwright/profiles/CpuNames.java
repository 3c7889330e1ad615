package quantwright.profiles;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Instruction sets, their extensions and scheduling models by LLVM's names. */
final class CpuNames {
    static final String X86_64 = "x86_64";
    static final String AARCH64 = "aarch64";
    /** Java bytecode: a machine without extensions. */
    static final String JVM = "bytecode";
    /** The instruction sets. */
    static final List<String> ISAS = List.of(X86_64, AARCH64, JVM);

    private static final List<String> X86_FEATURES = List.of("sse3", "ssse3", "sse4.1", "sse4.2", "popcnt", "avx",
            "avx2", "fma", "f16c", "bmi", "bmi2", "lzcnt", "movbe", "aes", "pclmul", "vaes", "vpclmulqdq", "sha",
            "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd", "avx512vnni", "avx512vbmi", "avx512vbmi2",
            "avx512ifma", "avx512bitalg", "avx512vpopcntdq", "avx512bf16", "avx512fp16", "avx512vp2intersect",
            "avxvnni", "avxvnniint8", "avxvnniint16", "avxifma", "avxneconvert", "gfni", "amx-tile", "amx-int8",
            "amx-bf16");
    private static final List<String> ARM_FEATURES = List.of("neon", "dotprod", "i8mm", "fullfp16", "bf16", "fp16fml",
            "fp-armv8", "crc", "lse", "rdm", "rcpc", "aes", "sha2", "sha3", "jsconv", "complxnum", "fcma", "sve",
            "sve2", "sme", "sme2");

    private static final Map<String, List<String>> MODELS = readModels();

    private CpuNames() {
    }

    /** Scheduling models of an instruction set. */
    static List<String> models(String isa) {
        return MODELS.get(isa);
    }

    /** A line for each instruction set: its name, and those of its models. */
    private static Map<String, List<String>> readModels() {
        try (InputStream in = CpuNames.class.getResourceAsStream("data/scheduling-models.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> !line.startsWith("#"))
                    .map(line -> List.of(line.split(" "))).collect(Collectors.toMap(List::getFirst,
                            words -> words.subList(1, words.size())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Extensions of an instruction set. */
    static List<String> features(String isa) {
        return switch (isa) {
            case X86_64 -> X86_FEATURES;
            case AARCH64 -> ARM_FEATURES;
            default -> List.of();
        };
    }
}
