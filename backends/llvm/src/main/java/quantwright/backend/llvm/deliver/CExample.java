package quantwright.backend.llvm.deliver;

import java.util.ArrayList;
import java.util.List;
import quantwright.backend.Manifest;

/** A C program that runs a model on its standard input, and the CMake file that builds it. */
final class CExample {
    private CExample() {
    }

    static String cmake(String name) {
        return """
                cmake_minimum_required(VERSION 3.13)
                project(@NAME@_example C)

                # What a program links: add_subdirectory this folder, then target_link_libraries(... @NAME@_model).
                add_library(@NAME@_model INTERFACE)
                target_sources(@NAME@_model INTERFACE "${CMAKE_CURRENT_SOURCE_DIR}/@NAME@.o")
                target_include_directories(@NAME@_model INTERFACE "${CMAKE_CURRENT_SOURCE_DIR}")

                add_executable(@NAME@_example main.c)
                set_target_properties(@NAME@_example PROPERTIES C_STANDARD 11 C_STANDARD_REQUIRED ON)
                target_link_libraries(@NAME@_example PRIVATE @NAME@_model)
                """.replace("@NAME@", name);
    }

    static String main(Manifest manifest) {
        String symbol = manifest.symbol();
        var declarations = new ArrayList<String>();
        var reads = new ArrayList<String>();
        var writes = new ArrayList<String>();
        var arguments = new ArrayList<String>();
        ports(symbol, manifest.inputs().size(), true, declarations, arguments);
        ports(symbol, manifest.outputs().size(), false, declarations, arguments);
        for (int i = 0; i < manifest.inputs().size(); i++) {
            reads.add(transfer("fread", "input_" + i, CPorts.macro(symbol, true, i), "stdin"));
        }
        if (reads.isEmpty()) {
            declarations.add("static int runs;");
            reads.add("runs++ == 0");
        }
        for (int i = 0; i < manifest.outputs().size(); i++) {
            writes.add(transfer("fwrite", "output_" + i, CPorts.macro(symbol, false, i), "stdout"));
        }
        return """
                /* Reads samples from standard input, each the bytes of all inputs in order; writes all outputs of each. */
                #include <stdio.h>

                #include "@NAME@.h"

                static _Alignas(@MACRO@_ARENA_ALIGNMENT) uint8_t arena[@MACRO@_ARENA_BYTES];
                @DECLARATIONS@

                static int read_sample(void)
                {
                    return @READS@;
                }

                static int write_result(void)
                {
                    return @WRITES@;
                }

                int main(void)
                {
                    while (read_sample()) {
                        int status = @NAME@_run(@ARGUMENTS@, arena);
                        if (status != @MACRO@_OK) {
                            fprintf(stderr, "@NAME@_run returned %d\\n", status);
                            return 1;
                        }
                        if (!write_result()) {
                            perror("standard output");
                            return 1;
                        }
                    }
                    return 0;
                }
                """.replace("@DECLARATIONS@", String.join("\n", declarations))
                .replace("@READS@", String.join("\n        && ", reads))
                .replace("@WRITES@", String.join("\n        && ", writes))
                .replace("@ARGUMENTS@", String.join(", ", arguments))
                .replace("@NAME@", symbol).replace("@MACRO@", CPorts.macro(symbol));
    }

    private static void ports(String symbol, int count, boolean input, List<String> declarations,
            List<String> arguments) {
        for (int i = 0; i < count; i++) {
            String name = (input ? "input_" : "output_") + i;
            String macro = CPorts.macro(symbol, input, i);
            declarations.add("static " + macro + "_TYPE " + name + "[" + macro + "_BYTES / sizeof(" + macro + "_TYPE)];");
            arguments.add(name);
        }
    }

    private static String transfer(String function, String buffer, String macro, String stream) {
        return function + "(" + buffer + ", " + macro + "_BYTES, 1, " + stream + ") == 1";
    }
}
