package quantwright.ir.loc;

import java.nio.file.Path;
import java.util.List;

/** Where something comes from: a text file, a node of a source model, or other locations. */
public sealed interface Location {
    /** No known origin. */
    record Unknown() implements Location {
        @Override
        public String toString() {
            return "unknown";
        }
    }

    /** A place in a text file; line and column count from 1. */
    record InFile(String file, int line, int column) implements Location {
        @Override
        public String toString() {
            return file + ":" + line + ":" + column;
        }
    }

    /** A node of a source model: its op type, its name (may be empty) and its index in the file. */
    record InModel(String model, String opType, String node, int index) implements Location {
        @Override
        public String toString() {
            return model + ": " + opType + " node " + (node.isEmpty() ? "" : "\"" + node + "\" ") + "#" + index;
        }
    }

    /** A byte position in a binary file. */
    record AtByte(String file, long offset) implements Location {
        @Override
        public String toString() {
            return file + ": byte " + offset;
        }
    }

    /** Made from several origins by the named pass. */
    record Fused(String by, List<Location> from) implements Location {
        /** Copies the list. */
        public Fused {
            from = List.copyOf(from);
        }

        @Override
        public String toString() {
            return by + from;
        }
    }

    /** No known origin. */
    Location UNKNOWN = new Unknown();

    /** The whole of a file. */
    static Location file(Path path) {
        return new InFile(path.toString(), 1, 1);
    }
}
