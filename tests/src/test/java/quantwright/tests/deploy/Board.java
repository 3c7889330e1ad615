package quantwright.tests.deploy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import quantwright.backend.llvm.CpuFeature;
import quantwright.backend.llvm.CpuFeature.Architecture;
import quantwright.backend.llvm.HostFeatures;
import quantwright.profiles.CpuMachine;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.QuantizationRules;

/**
 * A processor that deployed files are built and run for: this host, or one that QEMU emulates with exactly the
 * extensions of its feature level, so that any other instruction traps.
 *
 * @param name     of the feature level
 * @param isa      the architecture
 * @param features extensions, by LLVM's names
 * @param bits     vector width
 * @param cpu      QEMU's name of a processor with these extensions and no newer product; empty for the host
 */
record Board(String name, Architecture isa, List<String> features, int bits, String cpu) {
    /** NEON without dot products, such as a Cortex-A53. */
    static final Board NEON = new Board("neon", Architecture.AARCH64, List.of("neon"), 128, "cortex-a53");
    /** NEON with {@code sdot} and without matrix products, such as a Cortex-A76. */
    static final Board DOTPROD = new Board("dotprod", Architecture.AARCH64, List.of("neon", "dotprod"), 128,
            "cortex-a76");
    /** NEON with {@code smmla}. */
    static final Board I8MM = new Board("i8mm", Architecture.AARCH64, List.of("neon", "dotprod", "i8mm"), 128, "max");
    /** AVX2. */
    static final Board AVX2 = new Board("avx2", Architecture.X86_64,
            List.of("avx2", "fma", "f16c", "bmi", "bmi2", "lzcnt", "popcnt", "movbe"), 256, "");
    /** AVX-512 with VNNI. */
    static final Board AVX512 = new Board("avx512", Architecture.X86_64, List.of("avx512f", "avx512bw", "avx512dq",
            "avx512vl", "avx512cd", "avx512vnni", "avx2", "fma", "f16c", "bmi", "bmi2", "lzcnt", "popcnt", "movbe"), 512,
            "");
    static final List<Board> ARM = List.of(NEON, DOTPROD, I8MM);
    static final List<Board> X86 = List.of(AVX512, AVX2);
    private static final int TIMEOUT_MINUTES = 10;

    HardwareProfile profile() {
        CpuMachine machine = new CpuMachine(isa.isa(), "generic", features, bits, 32768, 1048576);
        return new HardwareProfile(name, name, Optional.of(machine), new QuantizationRules("f32", true, true, true),
                "0");
    }

    private boolean emulated() {
        return !cpu.isEmpty();
    }

    String compiler() {
        return emulated() ? "aarch64-linux-gnu-gcc" : "cc";
    }

    private static String emulator() {
        return onPath("qemu-aarch64-static") ? "qemu-aarch64-static" : "qemu-aarch64";
    }

    /** Why nothing can be built and run for it here; empty if it can. */
    Optional<String> missing() {
        if (!onPath(compiler())) {
            return Optional.of(emulated() ? "no aarch64-linux-gnu-gcc: install gcc-aarch64-linux-gnu and"
                    + " libc6-dev-arm64-cross" : "no C compiler 'cc'");
        }
        if (emulated()) {
            return onPath(emulator()) ? Optional.empty() : Optional.of("no qemu-aarch64: install qemu-user-static");
        }
        int mask = CpuFeature.mask(Arrays.stream(CpuFeature.values()).filter(f -> f.architecture() == isa
                && features.contains(f.llvmName())).collect(java.util.stream.Collectors.toSet()));
        return HostFeatures.detect().refusal(isa, mask);
    }

    private static boolean onPath(String tool) {
        return Arrays.stream(System.getenv("PATH").split(java.io.File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }

    /** Builds a program from the files of a folder, with every warning an error. */
    Path build(Path folder, List<String> sources) throws IOException {
        Path program = folder.resolve("program");
        List<String> command = new ArrayList<>(List.of(compiler(), "-std=c11", "-O1", "-Wall", "-Wextra", "-pedantic",
                "-Werror", "-static", "-o", program.toString()));
        command.addAll(sources);
        Outcome outcome = execute(command, folder, new byte[0]);
        if (outcome.status() != 0) {
            throw new AssertionError(command + ": " + outcome.errors());
        }
        return program;
    }

    /** What a program did. */
    record Outcome(int status, byte[] output, String errors) { }

    /** Runs a program with these bytes as standard input. */
    Outcome run(Path program, byte[] input) throws IOException {
        return execute(command(program), program.getParent(), input);
    }

    /** The command that runs a program. */
    List<String> command(Path program) {
        return emulated() ? List.of(emulator(), "-cpu", cpu, program.toString()) : List.of(program.toString());
    }

    /** Runs a tool of the host. */
    static Outcome execute(List<String> command, Path folder, byte[] input) throws IOException {
        Path in = Files.write(folder.resolve("stdin"), input);
        Path out = folder.resolve("stdout");
        Path err = folder.resolve("stderr");
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectInput(in.toFile())
                .redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        try {
            if (!process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
                throw new IOException("hangs: " + command);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } finally {
            process.destroyForcibly();
        }
        return new Outcome(process.exitValue(), Files.readAllBytes(out), Files.readString(err, StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return name;
    }
}
