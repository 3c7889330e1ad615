package quantwright.backend.jvm;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Loads the classes of one jar, held in memory, apart from everything but the JDK's. */
final class JarLoader extends ClassLoader {
    private final Map<String, byte[]> files = new HashMap<>();

    private JarLoader() {
        super(ClassLoader.getPlatformClassLoader());
    }

    /** A class of a jar. */
    static Class<?> load(InputStream jar, String name) throws IOException {
        JarLoader loader = new JarLoader();
        try (ZipInputStream zip = new ZipInputStream(jar)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                loader.files.put(entry.getName(), zip.readAllBytes());
            }
        }
        try {
            return loader.loadClass(name);
        } catch (ClassNotFoundException e) {
            throw new IOException("the jar holds no class " + name, e);
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] code = files.get(name.replace('.', '/') + ".class");
        if (code == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, code, 0, code.length);
    }

    @Override
    public InputStream getResourceAsStream(String name) {
        byte[] content = files.get(name);
        return content == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(content);
    }
}
