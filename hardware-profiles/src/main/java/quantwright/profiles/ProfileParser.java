package quantwright.profiles;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.loc.Location;
import quantwright.ir.text.Names;
import quantwright.profiles.generated.QhwLexer;
import quantwright.profiles.generated.QhwParser;

/** Reads the text of a profile into sections; knows the grammar, not the meaning. */
final class ProfileParser {
    private static final int LANGUAGE_VERSION = 1;
    private static final List<String> KINDS = Arrays.stream(Source.Kind.values()).map(Source.Kind::text).toList();

    /** A profile as written; the base is an id, or the path of a file if {@code basePath}. */
    record Parsed(String id, Optional<String> base, boolean basePath, Location baseLocation, ProfileSection root) {
    }

    private final String file;
    private final DiagnosticSink sink;

    private ProfileParser(String file, DiagnosticSink sink) {
        this.file = file;
        this.sink = sink;
    }

    /**
     * Parses a profile.
     *
     * @throws quantwright.ir.diag.UserErrorException if it does not follow the grammar
     */
    static Parsed parse(String text, String file, DiagnosticSink sink) {
        return new ProfileParser(file, sink).run(text);
    }

    private Parsed run(String text) {
        QhwLexer lexer = new QhwLexer(CharStreams.fromString(text, file));
        QhwParser parser = new QhwParser(new CommonTokenStream(lexer));
        BaseErrorListener listener = new BaseErrorListener() {
            @Override
            public void syntaxError(Recognizer<?, ?> recognizer, Object symbol, int line, int column, String message,
                    RecognitionException e) {
                sink.report(ProfileDiagnostic.SYNTAX, new Location.InFile(file, line, column + 1), message);
            }
        };
        lexer.removeErrorListeners();
        parser.removeErrorListeners();
        lexer.addErrorListener(listener);
        parser.addErrorListener(listener);
        QhwParser.FileContext tree = parser.file();
        sink.throwIfErrors();
        if (!tree.version.getText().equals(Integer.toString(LANGUAGE_VERSION))) {
            sink.report(ProfileDiagnostic.VERSION, at(tree), "qhw " + tree.version.getText());
            sink.throwIfErrors();
        }
        QhwParser.BaseContext base = tree.base();
        boolean isPath = base != null && base.STRING() != null;
        return new Parsed(tree.id.getText(), Optional.ofNullable(base)
                .map(b -> isPath ? unquoted(b.getText()) : b.getText()), isPath, at(base == null ? tree : base),
                section(tree.section(), Optional.empty()));
    }

    /** A section; numbers that state no source take the section's own, or else its parent's. */
    private ProfileSection section(QhwParser.SectionContext context, Optional<Source> inherited) {
        ProfileSection section = new ProfileSection(at(context));
        Optional<Source> source = inherited;
        for (QhwParser.ItemContext item : context.item()) {
            if (item instanceof QhwParser.SectionSourceContext s) {
                if (source != inherited) {
                    sink.report(ProfileDiagnostic.DUPLICATE_KEY, at(s), "'source' is given twice");
                }
                source = Optional.of(source(s.provenance()));
            }
        }
        for (QhwParser.ItemContext item : context.item()) {
            switch (item) {
                case QhwParser.SubsectionContext s -> section.add(new ProfileSection.Name(s.key.getText(),
                        s.label.stream().map(ParserRuleContext::getText).toList()), section(s.section(), source), sink);
                case QhwParser.EntryContext e -> section.add(e.key.getText(), entry(e, source), sink);
                case QhwParser.SectionSourceContext s -> { }
                default -> throw new IllegalStateException(item.getText());
            }
        }
        return section;
    }

    private ProfileSection.Entry entry(QhwParser.EntryContext e, Optional<Source> inherited) {
        List<ProfileSection.Item> values = e.value().stream().map(this::item).toList();
        Optional<Source> source = e.provenance() != null ? Optional.of(source(e.provenance()))
                : inherited.filter(s -> values.stream().anyMatch(ProfileSection.Item::isNumber));
        return new ProfileSection.Entry(values, source, at(e));
    }

    private ProfileSection.Item item(QhwParser.ValueContext v) {
        return switch (v) {
            case QhwParser.QuantityContext q -> new ProfileSection.Item(q.number.getText(),
                    q.unit() == null ? "" : q.unit().getText(), true, at(v));
            case QhwParser.StringContext s -> new ProfileSection.Item(unquoted(s.text.getText()), "", false, at(v));
            case QhwParser.CompositeContext c -> new ProfileSection.Item(c.word().getText() + "<" + c.value().stream()
                    .map(ParserRuleContext::getText).collect(Collectors.joining(", ")) + ">", "", false, at(v));
            default -> new ProfileSection.Item(v.getText(), "", false, at(v));
        };
    }

    private Source source(QhwParser.ProvenanceContext p) {
        String word = p.kind.getText();
        Source.Kind kind = Arrays.stream(Source.Kind.values()).filter(k -> k.text().equals(word)).findFirst()
                .orElse(null);
        if (kind == null) {
            sink.report(ProfileDiagnostic.WRONG_VALUE, at(p.kind), "a source is one of " + String.join(", ", KINDS),
                    Names.suggestion(word, KINDS));
            kind = Source.Kind.ASSUMED;
        }
        String text = unquoted(p.text.getText());
        if (text.isBlank()) {
            sink.report(ProfileDiagnostic.WRONG_VALUE, at(p), "a source names a document, a measurement or a reason");
        }
        if (p.band() == null) {
            return new Source(kind, text);
        }
        double band = new BigDecimal(p.band().NUMBER().getText()).movePointLeft(2).doubleValue();
        if (!(band >= 0)) {
            sink.report(ProfileDiagnostic.WRONG_VALUE, at(p.band()), "a band is not negative");
            return new Source(kind, text);
        }
        return new Source(kind, text, band);
    }

    private static String unquoted(String text) {
        return text.substring(1, text.length() - 1);
    }

    private Location at(ParserRuleContext context) {
        return new Location.InFile(file, context.getStart().getLine(), context.getStart().getCharPositionInLine() + 1);
    }
}
