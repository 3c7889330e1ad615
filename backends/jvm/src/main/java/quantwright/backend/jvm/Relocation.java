package quantwright.backend.jvm;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;

/**
 * Moves Quantwright's classes that a class needs under another package: the class, what it refers to, what that refers
 * to, and so on. The copies differ from the originals in names only, so that there is one implementation of every
 * formula, and a jar that needs no other.
 */
final class Relocation {
    private static final String OWN = "quantwright/";

    private final String target;
    private final Map<String, String> moved = new TreeMap<>();
    private final Deque<String> waiting = new ArrayDeque<>();
    private final Map<String, byte[]> classes = new TreeMap<>();

    /**
     * A relocation.
     *
     * @param target internal name of the package to move to
     */
    Relocation(String target) {
        this.target = target;
    }

    private String move(String name) {
        String known = moved.get(name);
        if (known == null) {
            known = target + "/" + name.substring(name.lastIndexOf('/') + 1);
            if (moved.containsValue(known)) {
                throw new IllegalStateException("two classes would become " + known);
            }
            moved.put(name, known);
            waiting.add(name);
        }
        return known;
    }

    /**
     * The class and everything it needs, by file name.
     *
     * @param name internal name of the class, which it keeps
     */
    Map<String, byte[]> close(String name, byte[] code) {
        classes.put(name, code);
        Map<String, byte[]> files = new TreeMap<>();
        files.put(name + ".class", rewrite(name, code));
        while (!waiting.isEmpty()) {
            String next = waiting.remove();
            files.put(moved.get(next) + ".class", rewrite(next, read(next)));
        }
        return files;
    }

    private byte[] rewrite(String owner, byte[] code) {
        Remapper remapper = new Remapper(Opcodes.ASM9) {
            @Override
            public String map(String name) {
                String seen = Variants.seenFrom(owner, name);
                return seen.startsWith(OWN) && !classes.containsKey(seen) ? move(seen) : seen;
            }
        };
        ClassWriter writer = new ClassWriter(0);
        new ClassReader(code).accept(new ClassRemapper(writer, remapper), ClassReader.SKIP_DEBUG);
        return writer.toByteArray();
    }

    private static byte[] read(String name) {
        try (InputStream in = find(name)) {
            if (in == null) {
                throw new IllegalStateException("class " + name + " cannot be read");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Class files are found whatever module they lie in. */
    private static InputStream find(String name) throws IOException {
        String file = Variants.original(name) + ".class";
        InputStream own = Relocation.class.getModule().getResourceAsStream(file);
        return own != null ? own : quantwright.ir.Graph.class.getModule().getResourceAsStream(file);
    }
}
