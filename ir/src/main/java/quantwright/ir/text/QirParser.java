package quantwright.ir.text;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.atn.PredictionMode;
import quantwright.ir.Graph;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.IrDiagnostic;
import quantwright.ir.loc.Location;
import quantwright.ir.op.OpRegistry;
import quantwright.ir.text.generated.QirLexer;

/**
 * Reads graphs from the text form {@code .qir}. Mistakes are collected as diagnostics at file, line and column. The
 * graph is not verified: {@code quantwright.ir.verify.Verifier} does that.
 */
public final class QirParser {
    private static final int MOST_NESTING = 100;
    private static final int MOST_SYNTAX_ERRORS = 50;
    private static final long MOST_BYTES = 1L << 30;

    private final OpRegistry registry;
    private final boolean locate;

    /** A parser for the ops of {@code registry} that leaves nodes without a stated location at the unknown one. */
    public QirParser(OpRegistry registry) {
        this(registry, false);
    }

    /**
     * A parser for the ops of {@code registry}.
     *
     * @param locate whether nodes without a stated location get their place in the text
     */
    public QirParser(OpRegistry registry, boolean locate) {
        this.registry = registry;
        this.locate = locate;
    }

    /**
     * Reads a graph.
     *
     * @param name of the text, for locations
     * @throws quantwright.ir.diag.UserErrorException with every mistake found
     */
    public Graph parse(String text, String name) {
        DiagnosticSink sink = new DiagnosticSink();
        Optional<ParsedGraph> parsed = parse(text, name, null, sink);
        sink.throwIfErrors();
        return parsed.orElseThrow().graph();
    }

    /**
     * Reads a graph from a file, mapping its side file if it has one.
     *
     * @throws quantwright.ir.diag.UserErrorException with every mistake found
     */
    public Graph read(Path file) {
        DiagnosticSink sink = new DiagnosticSink();
        Optional<ParsedGraph> parsed = read(file, sink);
        sink.throwIfErrors();
        return parsed.orElseThrow().graph();
    }

    /** Reads a graph from a file; empty if {@code sink} got an error. */
    public Optional<ParsedGraph> read(Path file, DiagnosticSink sink) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                sink.report(IrDiagnostic.UNREADABLE, Location.file(file), "the text is larger than 1 GiB",
                        "put the constants into a side file");
                return Optional.empty();
            }
            String text = Files.readString(file);
            return parse(text, file.toString(), file.toAbsolutePath().getParent(), sink);
        } catch (CharacterCodingException e) {
            sink.report(IrDiagnostic.UNREADABLE, Location.file(file), "the file is not UTF-8 text");
        } catch (IOException e) {
            sink.report(IrDiagnostic.UNREADABLE, Location.file(file), e.getClass().getSimpleName() + ": "
                    + e.getMessage());
        }
        return Optional.empty();
    }

    /**
     * Reads a graph; empty if {@code sink} got an error.
     *
     * @param name of the text, for locations
     * @param folder where a side file may be; null if there can be none
     */
    public Optional<ParsedGraph> parse(String text, String name, Path folder, DiagnosticSink sink) {
        int errors = sink.all().size();
        int split = ResourceSection.find(text);
        String head = text.substring(0, split);
        if (!checkVersion(head, name, sink) || !checkNesting(head, name, sink)) {
            return Optional.empty();
        }
        ResourceSection resources = new ResourceSection();
        resources.read(text, split, 1 + (int) head.chars().filter(c -> c == '\n').count(), name, folder, sink);
        var file = tree(head, name, sink);
        if (sink.all().size() > errors || file == null) {
            return Optional.empty();
        }
        GraphBinder binder = new GraphBinder(registry, name, locate, resources, sink);
        Graph graph = binder.graph(file.graph());
        return sink.all().size() > errors ? Optional.empty() : Optional.of(new ParsedGraph(graph, binder.places()));
    }

    private static quantwright.ir.text.generated.QirParser.FileContext tree(String head, String name,
            DiagnosticSink sink) {
        QirLexer lexer = new QirLexer(new TextStream(head, name));
        lexer.removeErrorListeners();
        var parser = new quantwright.ir.text.generated.QirParser(new CommonTokenStream(lexer));
        parser.removeErrorListeners();
        parser.getInterpreter().setPredictionMode(PredictionMode.SLL);
        SyntaxErrors listener = new SyntaxErrors(name, sink);
        parser.addErrorListener(listener);
        try {
            return parser.file();
        } catch (TooMany e) {
            return null;
        }
    }

    private static boolean checkVersion(String head, String name, DiagnosticSink sink) {
        int at = 0;
        while (at < head.length() && (Character.isWhitespace(head.charAt(at)) || head.startsWith("//", at))) {
            at = head.charAt(at) == '/' ? lineEnd(head, at) : at + 1;
        }
        int number = at + 3;
        while (number < head.length() && (head.charAt(number) == ' ' || head.charAt(number) == '\t')) {
            number++;
        }
        if (!head.startsWith("qir", at) || number == at + 3) {
            report(sink, IrDiagnostic.VERSION, head, name, at, "the text does not start with 'qir "
                    + QirPrinter.VERSION + "'");
            return false;
        }
        int end = number;
        while (end < head.length() && !Character.isWhitespace(head.charAt(end))) {
            end++;
        }
        String version = head.substring(number, end);
        if (!version.equals(String.valueOf(QirPrinter.VERSION))) {
            report(sink, IrDiagnostic.VERSION, head, name, number, "version '" + Fault.excerpt(version)
                    + "' cannot be read, only version " + QirPrinter.VERSION);
            return false;
        }
        return true;
    }

    /**
     * What must hold for lexer and parser to run in linear time and bounded stack: strings end on their line, and
     * nesting, each level of which the parser descends once, is limited.
     */
    private static boolean checkNesting(String head, String name, DiagnosticSink sink) {
        int depth = 0;
        for (int i = 0; i < head.length(); i++) {
            switch (head.charAt(i)) {
                case '"' -> {
                    int end = stringEnd(head, i);
                    if (end < 0) {
                        report(sink, IrDiagnostic.SYNTAX, head, name, i, "the string does not end on its line");
                        return false;
                    }
                    i = end;
                }
                case '/' -> i = head.startsWith("//", i) ? lineEnd(head, i) : i;
                case '{', '(', '[', '<' -> depth++;
                case '}', ')', ']', '>' -> depth--;
                default -> { }
            }
            if (depth > MOST_NESTING) {
                report(sink, IrDiagnostic.TOO_DEEP, head, name, i, "more than " + MOST_NESTING + " open brackets");
                return false;
            }
        }
        return true;
    }

    private static int lineEnd(String text, int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end;
    }

    /** Index of the quote that ends the string at {@code from}; -1 if the line ends first. */
    private static int stringEnd(String text, int from) {
        for (int i = from + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                return i;
            } else if (c == '\n' || c == '\r') {
                return -1;
            } else if (c == '\\') {
                i++;
                if (i < text.length() && (text.charAt(i) == '\n' || text.charAt(i) == '\r')) {
                    return -1;
                }
            }
        }
        return -1;
    }

    private static void report(DiagnosticSink sink, IrDiagnostic code, String text, String name, int offset,
            String message) {
        int[] at = lineAndColumn(text, offset);
        sink.report(code, new Location.InFile(name, at[0], at[1]), message);
    }

    private static int[] lineAndColumn(String text, int offset) {
        int line = 1;
        int start = 0;
        for (int i = 0; i < offset && i < text.length(); i++) {
            if (text.charAt(i) == '\n') {
                line++;
                start = i + 1;
            }
        }
        return new int[] {line, offset - start + 1};
    }

    /** Ends a parse with too many mistakes. */
    private static final class TooMany extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Turns the parser's complaints into diagnostics. */
    private static final class SyntaxErrors extends BaseErrorListener {
        private final String name;
        private final DiagnosticSink sink;
        private int count;

        SyntaxErrors(String name, DiagnosticSink sink) {
            this.name = name;
            this.sink = sink;
        }

        @Override
        public void syntaxError(Recognizer<?, ?> recognizer, Object symbol, int line, int column, String message,
                RecognitionException e) {
            String found = symbol instanceof Token t && t.getType() != Token.EOF
                    ? "unexpected '" + Fault.excerpt(t.getText()) + "'" : "unexpected end of the text";
            String[] notes = {};
            var parser = (org.antlr.v4.runtime.Parser) recognizer;
            var expected = parser.getExpectedTokens();
            if (expected.size() <= 12) {
                notes = new String[] {"expected " + expected.toString(parser.getVocabulary())};
            }
            sink.report(IrDiagnostic.SYNTAX, new Location.InFile(name, line, column + 1), found, notes);
            if (++count >= MOST_SYNTAX_ERRORS) {
                throw new TooMany();
            }
        }
    }
}
