package quantwright.cli;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import quantwright.backend.CompiledModel;
import quantwright.backend.jvm.HostClass;
import quantwright.compiler.driver.DriverDiagnostic;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

/** The jar that {@code --host-class} adds to an artifact. */
final class HostClassFile {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)*");
    private static final String LIBRARY = "model.so";

    private HostClassFile() {
    }

    /**
     * Checks a class name.
     *
     * @param name the name, or null
     * @throws UserErrorException if Java takes no such name
     */
    static void check(String name) {
        if (name != null && !NAME.matcher(name).matches()) {
            throw new UserErrorException(DriverDiagnostic.CLASS_NAME, Location.UNKNOWN, "'" + name + "'");
        }
    }

    /**
     * Files with the jar, if one is asked for.
     *
     * @param name the class's name, or null
     * @throws UserErrorException if there is no native code to call
     */
    static Map<String, byte[]> added(Map<String, byte[]> files, String name, Optional<CompiledModel> compiled) {
        if (name == null) {
            return files;
        }
        if (compiled.isEmpty() || !compiled.get().files().containsKey(LIBRARY)) {
            throw new UserErrorException(DriverDiagnostic.NO_HOST_CLASS, Location.UNKNOWN, "there is no native code");
        }
        Map<String, byte[]> all = new TreeMap<>(files);
        all.put(name.substring(name.lastIndexOf('.') + 1) + ".jar",
                HostClass.jar(compiled.get().manifest(), LIBRARY, name));
        return all;
    }
}
