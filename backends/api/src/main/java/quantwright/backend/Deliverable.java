package quantwright.backend;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** A file with which another program is built around a compiled model; {@code NAME} is the prefix of its C symbols. */
public enum Deliverable {
    /** {@code NAME.o}, relocatable and position independent. */
    OBJECT,
    /** {@code NAME.h}, for C and C++. */
    HEADER,
    /** {@code libNAME.a}. */
    STATIC,
    /** {@code libNAME.so}. */
    SHARED,
    /** {@code CMakeLists.txt}, which links the object and builds the example. */
    CMAKE,
    /** {@code main.c}, a small program that runs the model on its standard input. */
    EXAMPLE;

    /** These files and those they refer to. */
    public static Set<Deliverable> withNeeded(Set<Deliverable> wanted) {
        Set<Deliverable> all = EnumSet.copyOf(wanted);
        if (all.contains(CMAKE)) {
            all.addAll(EnumSet.of(OBJECT, EXAMPLE));
        }
        if (all.contains(EXAMPLE)) {
            all.add(HEADER);
        }
        return all;
    }

    /** Lower-case name, as on the command line. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
