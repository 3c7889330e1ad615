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
import quantwright.backend.arm.ArmBackend;
import quantwright.backend.avx.AvxBackend;
import quantwright.backend.llvm.LlvmBackend;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.ProfileCatalogue;

/**
 * A processor that deployed files are built and run for: this host, or one that QEMU emulates with exactly the
 * extensions of its feature level, so that any other instruction traps.
 *
 * @param id  of the profile
 * @param cpu QEMU's name of a processor with the profile's extensions and no newer product; empty for the host
 */
record Board(String id, String cpu) {
    /** NEON without dot products, such as a Cortex-A53. */
    static final Board NEON = new Board("arm-neon", "cortex-a53");
    /** NEON with {@code sdot} and without matrix products, such as a Cortex-A76. */
    static final Board DOTPROD = new Board("arm-neon-dotprod", "cortex-a76");
    /** NEON with {@code smmla}. */
    static final Board I8MM = new Board("arm-neon-i8mm", "max");
    /** AVX2. */
    static final Board AVX2 = new Board("x86-avx2", "");
    /** AVX-512 with VNNI. */
    static final Board AVX512 = new Board("x86-avx512-vnni", "");
    static final List<Board> ARM = List.of(NEON, DOTPROD, I8MM);
    static final List<Board> X86 = List.of(AVX512, AVX2);
    private static final int TIMEOUT_MINUTES = 10;

    HardwareProfile profile() {
        return new ProfileCatalogue().find(id);
    }

    /** What makes code for it. */
    LlvmBackend backend() {
        return emulated() ? new ArmBackend() : new AvxBackend();
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
        return backend().hostRefusal(profile());
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
    Outcome run(Path program, byte[] input, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(command(program));
        command.addAll(List.of(arguments));
        return execute(command, program.getParent(), input);
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
        return id;
    }
}
