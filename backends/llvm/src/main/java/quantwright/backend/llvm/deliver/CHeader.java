package quantwright.backend.llvm.deliver;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import quantwright.backend.Manifest;
import quantwright.backend.llvm.CpuFeature;
import quantwright.backend.llvm.CpuFeature.Architecture;
import quantwright.backend.llvm.object.NativeModel;

/** The C header of a model: sizes and quantization as macros, the functions with their contract. */
final class CHeader {
    private final Manifest manifest;
    private final Architecture architecture;
    private final String macro;
    private final StringBuilder text = new StringBuilder();

    CHeader(Manifest manifest, Architecture architecture) {
        this.manifest = manifest;
        this.architecture = architecture;
        macro = CPorts.macro(manifest.symbol());
    }

    String text() {
        line("/*");
        line(" * " + CPorts.comment(manifest.model()) + ", compiled by Quantwright for "
                + CPorts.comment(manifest.profile()) + " (" + architecture.isa() + ").");
        line(" */");
        line("#ifndef QUANTWRIGHT_" + macro + "_H");
        line("#define QUANTWRIGHT_" + macro + "_H");
        line("");
        line("#include <stdint.h>");
        line("");
        line("/* Working memory: written by a run, of no meaning between runs. */");
        define("ARENA_BYTES", Long.toString(Math.max(1, manifest.arenaBytes())));
        define("ARENA_ALIGNMENT", Integer.toString(manifest.arenaAlignment()));
        line("");
        line("/* Results of " + manifest.symbol() + "_run. */");
        define("OK", Integer.toString(NativeModel.OK));
        define("NULL_POINTER", Integer.toString(NativeModel.NULL_POINTER));
        define("MISALIGNED_ARENA", Integer.toString(NativeModel.MISALIGNED_ARENA));
        define("BAD_SLICE", Integer.toString(NativeModel.BAD_SLICE));
        line("");
        line("/* Steps of " + manifest.symbol() + "_run_slice. */");
        define("STEPS", Integer.toString(manifest.steps().size()));
        line("");
        define("INPUTS", Integer.toString(manifest.inputs().size()));
        ports(manifest.inputs(), true);
        define("OUTPUTS", Integer.toString(manifest.outputs().size()));
        ports(manifest.outputs(), false);
        features();
        functions();
        line("#endif");
        return text.toString();
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private void define(String name, String value) {
        line("#define " + macro + "_" + name + " " + value);
    }

    private void ports(List<Manifest.Port> ports, boolean input) {
        for (int i = 0; i < ports.size(); i++) {
            Manifest.Port p = ports.get(i);
            String prefix = (input ? "INPUT_" : "OUTPUT_") + i + "_";
            line("/* \"" + CPorts.comment(p.name()) + "\": " + p.element() + " " + p.shape() + ", row-major"
                    + (p.scale() > 0 ? "; real value = SCALE * (element - ZERO_POINT)" : "") + " */");
            define(prefix + "TYPE", CPorts.type(p));
            define(prefix + "RANK", Integer.toString(p.shape().size()));
            define(prefix + "SHAPE", p.shape().isEmpty() ? "{1}" : p.shape().stream().map(String::valueOf)
                    .collect(Collectors.joining(", ", "{", "}")));
            define(prefix + "ELEMENTS", Long.toString(CPorts.elements(p)));
            define(prefix + "BYTES", Long.toString(CPorts.bytes(p)));
            if (p.scale() > 0) {
                // Nine digits give every float back.
                define(prefix + "SCALE", String.format(Locale.ROOT, "%.8ef", p.scale()));
                define(prefix + "ZERO_POINT", p.zeroPoint() < 0 ? "(" + p.zeroPoint() + ")"
                        : Integer.toString(p.zeroPoint()));
            }
        }
        line("");
    }

    private void features() {
        line("/* Instruction-set extensions the code executes; on a processor without one, do not call it. */");
        Arrays.stream(CpuFeature.values()).filter(f -> f.architecture() == architecture)
                .filter(f -> manifest.requiredFeatures().contains(f.llvmName()))
                .forEach(f -> define("FEATURE_" + f.name(), String.format(Locale.ROOT, "UINT32_C(0x%x)", f.mask())));
        line("");
    }

    private void functions() {
        String name = manifest.symbol();
        line("#ifdef __cplusplus");
        line("extern \"C\" {");
        line("#endif");
        line("");
        line("/*");
        line(" * Runs the model once. Reentrant: it has no state, allocates nothing and calls nothing; threads may run at");
        line(" * once, each with outputs and an arena of its own. Buffers must not overlap. Returns " + macro + "_OK, or");
        line(" * an error code, and then has written nothing.");
        line(" */");
        line("int " + name + "_run(" + String.join(", ", parameters()) + ");");
        line("");
        line("/*");
        line(" * One slice of a step, for threads of the caller's: slices 0 to slices - 1 of a step may run at once, with the");
        line(" * same buffers and arena, and a step begins when all slices of the one before have returned. Steps 0 to");
        line(" * " + macro + "_STEPS - 1 in order give what " + name + "_run gives, whatever the number of slices.");
        line(" */");
        line("int " + name + "_run_slice(" + String.join(", ", java.util.stream.Stream.concat(
                java.util.stream.Stream.of("uint32_t step", "uint32_t slice", "uint32_t slices"), parameters().stream())
                .toList()) + ");");
        line("");
        line("/* The " + macro + "_FEATURE_* bits together. Executes no extension itself. */");
        line("uint32_t " + name + "_required_features(void);");
        line("");
        line("#ifdef __cplusplus");
        line("}");
        line("#endif");
        line("");
    }

    private List<String> parameters() {
        var inputs = IntStream.range(0, manifest.inputs().size())
                .mapToObj(i -> "const " + CPorts.type(manifest.inputs().get(i)) + " *input_" + i);
        var outputs = IntStream.range(0, manifest.outputs().size())
                .mapToObj(i -> CPorts.type(manifest.outputs().get(i)) + " *output_" + i);
        return java.util.stream.Stream.of(inputs, outputs, java.util.stream.Stream.of("void *arena")).flatMap(s -> s)
                .toList();
    }
}
