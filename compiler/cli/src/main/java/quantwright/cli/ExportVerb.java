package quantwright.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quantwright.backend.Artifact;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.exporter.OnnxExporter;
import quantwright.compiler.exporter.OnnxFormat;
import quantwright.ir.Graph;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

/** {@code qw export}. */
@Command(name = "export", sortOptions = false,
        description = "Writes a quantized model for other runtimes: onnx-qdq, float operators between DequantizeLinear"
            + " and QuantizeLinear; onnx-qoperator, operators on integers, partly of ONNX Runtime's domain"
            + " com.microsoft.",
        footer = {"", "Example: qw export out --format onnx-qdq -o model.int8.onnx"})
final class ExportVerb extends Verb {
    @Parameters(paramLabel = "DIR|MODEL", description = "An artifact folder, or a quantized model file.")
    private Path subject;
    @Option(names = "--format", paramLabel = "FORMAT",
            description = "onnx-qdq (default) or onnx-qoperator.")
    private String format = OnnxFormat.ONNX_QDQ.text();
    @Option(names = {"-o", "--output"}, paramLabel = "FILE", required = true, description = "The file to write.")
    private Path output;
    @Mixin
    private ModelOptions modelOptions;

    @Override
    int execute(Bars bars) {
        OnnxFormat chosen = Stream.of(OnnxFormat.values()).filter(f -> f.text().equals(format)).findFirst()
                .orElseThrow(() -> new UserErrorException(CliDiagnostic.USAGE, Location.UNKNOWN,
                        "--format takes " + String.join(" or ", List.of(OnnxFormat.values()).stream()
                                .map(OnnxFormat::text).toList()) + ", not '" + format + "'"));
        Graph graph = Files.isDirectory(subject) ? Quantwright.graphOf(Artifact.open(subject))
                : modelOptions.load(driver(), subject, sink()).graph();
        byte[] bytes = OnnxExporter.export(graph, chosen, sink());
        WholeFile.write(output, partial -> Files.write(partial, bytes));
        say("%s as %s -> %s, %s", graph.name(), chosen.text(), output, Text.bytes(bytes.length));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("model", graph.name());
        result.put("format", chosen.text());
        result.put("file", output);
        result.put("bytes", bytes.length);
        result(result);
        return OK;
    }
}
