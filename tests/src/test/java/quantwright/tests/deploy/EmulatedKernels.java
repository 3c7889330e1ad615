package quantwright.tests.deploy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import quantwright.backend.llvm.CodeOptions;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.LlvmToolchain;
import quantwright.backend.llvm.cases.KernelMachine;

/**
 * A board as a runner of kernels: one program holds all kernels of a module and is asked through its standard streams to
 * call them, buffers going in and coming back.
 *
 * @param board  what runs the program
 * @param folder where programs are built
 */
record EmulatedKernels(Board board, Path folder) implements KernelMachine {
    private static final String SERVER = """
            #include <stdint.h>
            #include <stdio.h>
            #include <stdlib.h>

            DECLARATIONS
            typedef void (*kernel)(void);
            static const kernel kernels[] = {NAMES};

            static void get(void *to, size_t bytes)
            {
                if (bytes > 0 && fread(to, 1, bytes, stdin) != bytes)
                    exit(0);
            }

            int main(void)
            {
                for (;;) {
                    int64_t head[2], size[5], offset[5];
                    char *memory[5], *p[5];
                    get(head, sizeof head);
                    for (int i = 0; i < head[1]; i++) {
                        get(&size[i], 8);
                        get(&offset[i], 8);
                        memory[i] = aligned_alloc(64, ((size_t) size[i] + 127) / 64 * 64);
                        if (!memory[i])
                            return 3;
                        get(memory[i], (size_t) size[i]);
                        p[i] = memory[i] + offset[i];
                    }
                    kernel k = kernels[head[0]];
                    switch (head[1]) {
                    case 3: ((void (*)(void *, void *, void *)) k)(p[0], p[1], p[2]); break;
                    case 4: ((void (*)(void *, void *, void *, void *)) k)(p[0], p[1], p[2], p[3]); break;
                    default: return 4;
                    }
                    for (int i = 0; i < head[1]; i++) {
                        fwrite(memory[i], 1, (size_t) size[i], stdout);
                        free(memory[i]);
                    }
                    fflush(stdout);
                }
            }
            """;

    @Override
    public CodeTarget target() {
        return board.backend().target(board.profile());
    }

    @Override
    public void assume() {
        board.missing().ifPresent(why -> assumeTrue(false, "SKIPPED: " + why));
    }

    @Override
    public Loaded load(String moduleText, List<String> functions) {
        assume();
        try {
            Path place = Files.createTempDirectory(folder, "kernels");
            byte[] object = LlvmToolchain.open().compiler().compile(moduleText, target(), CodeOptions.AS_WRITTEN).bytes();
            Files.write(place.resolve("kernels.o"), object);
            Files.writeString(place.resolve("server.c"), SERVER
                    .replace("DECLARATIONS", functions.stream().map(n -> "extern void " + n + "(void);")
                            .collect(Collectors.joining("\n")))
                    .replace("NAMES", String.join(", ", functions)));
            Path program = board.build(place, List.of("server.c", "kernels.o"));
            return new Server(new ProcessBuilder(board.command(program)).directory(place.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start(), functions);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The running program. */
    private static final class Server implements Loaded {
        private final Process process;
        private final List<String> functions;
        private final OutputStream to;
        private final DataInputStream from;

        Server(Process process, List<String> functions) {
            this.process = process;
            this.functions = functions;
            to = new BufferedOutputStream(process.getOutputStream(), 1 << 16);
            from = new DataInputStream(process.getInputStream());
        }

        @Override
        public void call(String function, List<Argument> arguments) {
            try {
                to.write(numbers(functions.indexOf(function), arguments.size()));
                for (Argument a : arguments) {
                    to.write(numbers(a.buffer().byteSize(), a.offset()));
                    to.write(a.buffer().toArray(ValueLayout.JAVA_BYTE));
                }
                to.flush();
                for (Argument a : arguments) {
                    byte[] bytes = new byte[(int) a.buffer().byteSize()];
                    from.readFully(bytes);
                    MemorySegment.copy(bytes, 0, a.buffer(), ValueLayout.JAVA_BYTE, 0, bytes.length);
                }
            } catch (IOException e) {
                throw new AssertionError("the program ended while it ran " + function, e);
            }
        }

        private static byte[] numbers(long first, long second) {
            return ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(first).putLong(second).array();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
