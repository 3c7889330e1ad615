package quantwright.profiles;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import quantwright.ir.data.Sha256;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.FileFault;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.text.Names;

/** Finds profiles: the shipped ones by id, any other by the path of its file. */
public final class ProfileCatalogue {
    private static final String INDEX = "data/index.txt";
    private final Map<String, String> shipped = new TreeMap<>();

    /** The profiles shipped with this version. */
    public ProfileCatalogue() {
        for (String path : resource(INDEX).lines().filter(l -> !l.isBlank()).toList()) {
            String name = path.substring(path.lastIndexOf('/') + 1);
            shipped.put(name.substring(0, name.length() - ".qhw".length()), path);
        }
    }

    /** Ids of the shipped profiles, sorted. */
    public List<String> ids() {
        return List.copyOf(shipped.keySet());
    }

    /**
     * Finds a profile by id or by the path of a {@code .qhw} file.
     *
     * @throws UserErrorException if there is none or it is not valid, with every problem
     */
    public HardwareProfile find(String idOrPath) {
        DiagnosticSink sink = new DiagnosticSink();
        Text text = text(idOrPath, Location.UNKNOWN);
        return build(resolve(text, new ArrayList<>(), sink), sink);
    }

    /**
     * Reads a profile from its text.
     *
     * @param file name for messages; what it extends by path is looked for beside it
     * @throws UserErrorException if it is not valid, with every problem
     */
    public HardwareProfile read(String text, String file) {
        DiagnosticSink sink = new DiagnosticSink();
        Text source = new Text(file, text, Optional.ofNullable(Path.of(file).getParent()));
        return build(resolve(source, new ArrayList<>(), sink), sink);
    }

    private static HardwareProfile build(Resolved resolved, DiagnosticSink sink) {
        return new ProfileReader(sink).read(resolved.id(), resolved.root(), sha256(resolved.root().render("")));
    }

    /** The resolved text of a profile, what it extends merged in, every number with its source and band. */
    public String show(String idOrPath) {
        return show(text(idOrPath, Location.UNKNOWN));
    }

    /** As {@link #show(String)}, of a profile's text; {@code file} as in {@link #read}. */
    public String show(String text, String file) {
        return show(new Text(file, text, Optional.ofNullable(Path.of(file).getParent())));
    }

    private String show(Text text) {
        DiagnosticSink sink = new DiagnosticSink();
        Resolved resolved = resolve(text, new ArrayList<>(), sink);
        sink.throwIfErrors();
        return "qhw 1\nprofile " + resolved.id() + " {\n" + resolved.root().render("    ") + "}\n";
    }

    /** Text of a profile; a shipped one has no folder. */
    private record Text(String file, String text, Optional<Path> folder) {
    }

    /** A profile with what it extends merged in. */
    private record Resolved(String id, ProfileSection root) {
    }

    private Resolved resolve(Text text, List<String> chain, DiagnosticSink sink) {
        ProfileParser.Parsed parsed = ProfileParser.parse(text.text(), text.file(), sink);
        if (chain.contains(text.file())) {
            sink.report(ProfileDiagnostic.CYCLE, parsed.baseLocation(), String.join(" -> ", chain) + " -> "
                    + text.file());
            sink.throwIfErrors();
        }
        chain.add(text.file());
        if (parsed.base().isEmpty()) {
            return new Resolved(parsed.id(), parsed.root());
        }
        Text base = parsed.basePath() ? beside(text, parsed) : text(parsed.base().get(), parsed.baseLocation());
        return new Resolved(parsed.id(), parsed.root().over(resolve(base, chain, sink).root()));
    }

    private static Text beside(Text text, ProfileParser.Parsed parsed) {
        Path path = text.folder().map(f -> f.resolve(parsed.base().get())).orElse(Path.of(parsed.base().get()));
        return file(path.normalize(), parsed.baseLocation());
    }

    private Text text(String idOrPath, Location asked) {
        if (shipped.containsKey(idOrPath)) {
            String path = shipped.get(idOrPath);
            return new Text(path, resource("data/" + path), Optional.empty());
        }
        if (!idOrPath.endsWith(".qhw")) {
            throw new UserErrorException(ProfileDiagnostic.UNKNOWN_PROFILE, asked, "'" + idOrPath + "'",
                    Names.suggestion(idOrPath, ids()));
        }
        return file(Path.of(idOrPath), asked);
    }

    private static Text file(Path file, Location asked) {
        try {
            return new Text(file.toString(), Files.readString(file), Optional.ofNullable(file.getParent()));
        } catch (IOException e) {
            throw new UserErrorException(ProfileDiagnostic.UNREADABLE,
                    asked == Location.UNKNOWN ? Location.file(file) : asked,
                    "'" + file + "': " + FileFault.reason(e));
        }
    }

    private static String resource(String name) {
        try (InputStream in = ProfileCatalogue.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(String text) {
        return Sha256.hex(text.getBytes(StandardCharsets.UTF_8));
    }
}
