package quantwright.tests.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A Markdown page under {@code docs} and its fenced blocks. */
record Page(Path file, List<String> lines) {
    /** Whether what a page quotes is written again instead of compared. */
    static final boolean BLESS = Boolean.getBoolean("quantwright.bless");

    /**
     * A fenced block.
     *
     * @param info what stands behind the opening fence
     * @param above the line above the opening fence
     * @param first index in the page of the first line inside
     * @param lines lines inside
     */
    record Block(String info, String above, int first, List<String> lines) {
        String text() {
            return String.join("\n", lines) + "\n";
        }
    }

    /** The repository. */
    static Path root() {
        return Path.of(System.getProperty("basedir", "")).resolve("..").normalize();
    }

    static Page read(String name) throws IOException {
        Path file = root().resolve("docs").resolve(name);
        return new Page(file, new ArrayList<>(Files.readAllLines(file)));
    }

    /** Every page. */
    static List<Page> all() throws IOException {
        List<Page> pages = new ArrayList<>();
        try (Stream<Path> files = Files.list(root().resolve("docs"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".md")).sorted().toList()) {
                pages.add(read(file.getFileName().toString()));
            }
        }
        return pages;
    }

    /** Blocks with an info string. */
    List<Block> blocks(String info) {
        List<Block> blocks = new ArrayList<>();
        int open = -1;
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).startsWith("```")) {
                continue;
            }
            if (open < 0) {
                open = i;
                continue;
            }
            String found = lines.get(open).substring(3).strip();
            if (found.equals(info)) {
                blocks.add(new Block(info, open == 0 ? "" : lines.get(open - 1), open + 1,
                        List.copyOf(lines.subList(open + 1, i))));
            }
            open = -1;
        }
        return blocks;
    }

    /** The page's place of a line, for messages. */
    String at(int line) {
        return file.getFileName() + ":" + (line + 1);
    }

    void write() throws IOException {
        Files.write(file, lines);
    }
}
