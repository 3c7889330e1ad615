package quantwright.profiles;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

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
        List<String> chain = new ArrayList<>();
        ProfileParser.Source source = source(idOrPath, Location.UNKNOWN, sink);
        ProfileSection root = resolve(source, chain, sink);
        HardwareProfile profile = new ProfileReader(sink).read(source.id(), root, sha256(root.render("")));
        sink.throwIfErrors();
        return profile;
    }

    /** The resolved text of a profile, what it extends merged in. */
    public String show(String idOrPath) {
        DiagnosticSink sink = new DiagnosticSink();
        ProfileParser.Source source = source(idOrPath, Location.UNKNOWN, sink);
        ProfileSection root = resolve(source, new ArrayList<>(), sink);
        sink.throwIfErrors();
        return "qhw 1\nprofile " + source.id() + " {\n" + root.render("    ") + "}\n";
    }

    private ProfileSection resolve(ProfileParser.Source source, List<String> chain, DiagnosticSink sink) {
        if (chain.contains(source.id())) {
            sink.report(ProfileDiagnostic.CYCLE, source.baseLocation(), String.join(" -> ", chain) + " -> " + source.id());
            sink.throwIfErrors();
        }
        chain.add(source.id());
        if (source.base().isEmpty()) {
            return source.root();
        }
        ProfileParser.Source base = source(source.base().get(), source.baseLocation(), sink);
        return source.root().over(resolve(base, chain, sink));
    }

    private ProfileParser.Source source(String idOrPath, Location asked, DiagnosticSink sink) {
        if (shipped.containsKey(idOrPath)) {
            return ProfileParser.parse(resource("data/" + shipped.get(idOrPath)), shipped.get(idOrPath), sink);
        }
        Path file = Path.of(idOrPath);
        if (!idOrPath.endsWith(".qhw")) {
            throw new UserErrorException(ProfileDiagnostic.UNKNOWN_PROFILE, asked, "'" + idOrPath + "'",
                    "did you mean '" + Names.nearest(idOrPath, ids()) + "'?");
        }
        try {
            return ProfileParser.parse(Files.readString(file), idOrPath, sink);
        } catch (IOException e) {
            throw new UserErrorException(ProfileDiagnostic.UNREADABLE, Location.file(file), e.toString());
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
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
