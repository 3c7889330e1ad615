package quantwright.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.ImportOptions;
import quantwright.ir.diag.DiagnosticSink;

/** Options of verbs that read a model file. */
final class ModelOptions {
    @Option(names = "--dim", paramLabel = "NAME=N",
            description = "Bind a symbolic dimension; a batch symbol is 1 otherwise.")
    private Map<String, Integer> dims = new LinkedHashMap<>();

    ImportOptions importOptions() {
        return new ImportOptions(dims, Map.of());
    }

    Model load(Quantwright driver, Path file, DiagnosticSink sink) {
        return driver.load(file, importOptions(), sink);
    }
}
