package quantwright.backend.llvm.deliver;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import quantwright.backend.Deliverable;
import quantwright.backend.Manifest;
import quantwright.backend.llvm.CpuFeature.Architecture;
import quantwright.backend.llvm.LlvmToolchain;
import quantwright.backend.llvm.object.ObjectCode;

/** The files another program is built with; a pure function of manifest and object. */
public final class DeliveredFiles {
    private final Manifest manifest;
    private final ObjectCode object;
    private final Architecture architecture;

    /** The files of a compiled model. */
    public DeliveredFiles(Manifest manifest, ObjectCode object, Architecture architecture) {
        this.manifest = manifest;
        this.object = object;
        this.architecture = architecture;
    }

    /** Name of the shared library of a model with this symbol prefix. */
    public static String sharedName(String symbol) {
        return "lib" + symbol + ".so";
    }

    /** Contents by file name, of the files wanted and those they refer to. */
    public Map<String, byte[]> contents(Set<Deliverable> wanted, LlvmToolchain toolchain) {
        String name = manifest.symbol();
        Map<String, byte[]> files = new TreeMap<>();
        for (Deliverable d : Deliverable.withNeeded(wanted)) {
            switch (d) {
                case OBJECT -> files.put(name + ".o", object.bytes());
                case HEADER -> files.put(name + ".h", text(new CHeader(manifest, architecture).text()));
                case STATIC -> files.put("lib" + name + ".a", toolchain.archive(name + ".o", object));
                case SHARED -> files.put(sharedName(name),
                        toolchain.linker().shared(List.of(object), sharedName(name)));
                case CMAKE -> files.put("CMakeLists.txt", text(CExample.cmake(name)));
                case EXAMPLE -> files.put("main.c", text(CExample.main(manifest)));
            }
        }
        return files;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
