package quantwright.compiler.driver;

import java.nio.file.Path;
import java.util.Locale;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.importer.ModelImporter;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.op.OpRegistry;
import quantwright.ir.text.ParsedGraph;
import quantwright.ir.text.QirParser;
import quantwright.ir.verify.Verifier;

/** Reads graphs from their own text form. */
final class QirImporter implements ModelImporter {
    @Override
    public String format() {
        return "Quantwright IR";
    }

    @Override
    public boolean accepts(Path file) {
        Path name = file.getFileName();
        return name != null && name.toString().toLowerCase(Locale.ROOT).endsWith(".qir");
    }

    @Override
    public Graph importModel(Path file, ImportOptions options, DiagnosticSink sink) {
        ParsedGraph parsed = new QirParser(OpRegistry.builtin(), true).read(file, sink).orElse(null);
        sink.throwIfErrors();
        Verifier.verify(parsed, sink);
        Graph graph = parsed.graph();
        if (graph.level() == Level.TILE) {
            sink.report(ImportDiagnostic.UNSUPPORTED_VERSION, Location.file(file),
                    "the graph is at level TILE, which belongs to one profile already",
                    "give the .qir of an earlier phase");
        }
        for (String symbol : options.dims().keySet()) {
            sink.report(ImportDiagnostic.BAD_BINDING, Location.file(file), "'" + symbol
                    + "' cannot be bound: shapes in a .qir are fixed");
        }
        sink.throwIfErrors();
        return graph;
    }
}
