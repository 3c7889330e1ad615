package quantwright.profiles;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.loc.Location;
import quantwright.profiles.generated.QhwLexer;
import quantwright.profiles.generated.QhwParser;

/** Reads the text of a profile into sections; knows the grammar, not the meaning. */
final class ProfileParser {
    private static final int LANGUAGE_VERSION = 1;
    private static final List<String> KINDS = List.of("datasheet", "measured", "assumed");

    /** A profile as written. */
    record Source(String id, Optional<String> base, Location baseLocation, ProfileSection root) {
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
    static Source parse(String text, String file, DiagnosticSink sink) {
        return new ProfileParser(file, sink).run(text);
    }

    private Source run(String text) {
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
        return new Source(tree.id.getText(), Optional.ofNullable(tree.base).map(ParserRuleContext::getText),
                tree.base == null ? at(tree) : at(tree.base), section(tree.section()));
    }

    private ProfileSection section(QhwParser.SectionContext context) {
        ProfileSection section = new ProfileSection(at(context));
        for (QhwParser.ItemContext item : context.item()) {
            switch (item) {
                case QhwParser.SubsectionContext s -> section.add(s.key.getText(), section(s.section()), sink);
                case QhwParser.EntryContext e -> section.add(e.key.getText(), entry(e), sink);
                default -> throw new IllegalStateException(item.getText());
            }
        }
        return section;
    }

    private ProfileSection.Entry entry(QhwParser.EntryContext e) {
        List<ProfileSection.Item> values = new ArrayList<>();
        for (QhwParser.ValueContext v : e.value()) {
            values.add(switch (v) {
                case QhwParser.QuantityContext q -> new ProfileSection.Item(q.number.getText(),
                        q.unit() == null ? "" : q.unit().getText(), true, at(v));
                case QhwParser.StringContext s -> new ProfileSection.Item(unquoted(s.text.getText()), "", false, at(v));
                default -> new ProfileSection.Item(v.getText(), "", false, at(v));
            });
        }
        Optional<String> source = Optional.empty();
        if (e.provenance() != null) {
            String kind = e.provenance().kind.getText();
            if (!KINDS.contains(kind)) {
                sink.report(ProfileDiagnostic.WRONG_VALUE, at(e.provenance()), "a source is one of " + String.join(", ", KINDS),
                        "did you mean '" + Names.nearest(kind, KINDS) + "'?");
            }
            source = Optional.of(kind + " " + e.provenance().text.getText());
        }
        return new ProfileSection.Entry(values, source, at(e));
    }

    private static String unquoted(String text) {
        return text.substring(1, text.length() - 1);
    }

    private Location at(ParserRuleContext context) {
        return new Location.InFile(file, context.getStart().getLine(), context.getStart().getCharPositionInLine() + 1);
    }
}
