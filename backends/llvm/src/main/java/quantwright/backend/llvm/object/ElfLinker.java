package quantwright.backend.llvm.object;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import quantwright.backend.llvm.ChildTool;
import quantwright.backend.llvm.CodeGenerationException;
import quantwright.backend.llvm.CodeGenerationException.Stage;

/** Links objects with LLD as a child process. No library is linked in and no symbol may stay undefined. */
public final class ElfLinker {
    private static final List<String> SHARED = List.of("-shared", "--no-undefined", "-Bsymbolic", "-z", "text",
            "-z", "noexecstack", "-z", "now", "--hash-style=sysv", "--build-id=none", "--gc-sections", "--threads=1",
            "--no-dynamic-linker", "--strip-debug");

    private final Path lld;

    /** A linker that runs this LLD. */
    public ElfLinker(Path lld) {
        this.lld = lld;
    }

    /**
     * Links a shared object: symbols of default visibility are exported, and no segment is both written and executed.
     * Unreferenced sections are dropped.
     *
     * @param soname the name the object calls itself
     * @throws CodeGenerationException when a symbol is undefined or defined twice
     */
    public byte[] shared(List<ObjectCode> objects, String soname) {
        var arguments = new ArrayList<>(SHARED);
        arguments.add("-soname=" + soname);
        return link(arguments, objects);
    }

    /** Joins objects into one relocatable object, so that an artifact ships a single {@code .o}. */
    public ObjectCode relocatable(List<ObjectCode> objects) {
        if (objects.size() == 1) {
            return objects.getFirst();
        }
        return new ObjectCode(link(List.of("-r", "--build-id=none", "--threads=1"), objects));
    }

    private byte[] link(List<String> options, List<ObjectCode> objects) {
        // File names end up in the output, so they do not depend on anything but the order.
        var inputs = new LinkedHashMap<String, byte[]>();
        for (var o : objects) {
            inputs.put(inputs.size() + ".o", o.bytes());
        }
        var arguments = new ArrayList<>(List.of("-flavor", "gnu"));
        arguments.addAll(options);
        arguments.addAll(List.of("-o", "linked"));
        arguments.addAll(inputs.keySet());
        var result = ChildTool.run(lld, arguments, inputs, "linked");
        if (result.status() != 0) {
            throw new CodeGenerationException(Stage.LINK, result.messages().strip(), null);
        }
        return result.output();
    }
}
