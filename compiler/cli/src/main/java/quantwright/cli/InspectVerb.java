package quantwright.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quantwright.backend.Artifact;
import quantwright.backend.Manifest;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.evaluate.ModelSummary;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.UserErrorException;

/** {@code qw inspect}. */
@Command(name = "inspect", sortOptions = false,
        description = "Shows a model's operators, shapes, parameters and multiply-accumulates (MACs), after"
            + " normalization; with"
            + " --profile, the kernel of each step, or what the profile cannot run and why.",
        footer = {"", "Exit status 1 if the profile cannot run the model."})
final class InspectVerb extends Verb {
    private static final int KERNEL_WIDTH = 24;

    @Parameters(paramLabel = "MODEL|DIR", description = "A model file, or an artifact folder.")
    private Path subject;
    @Option(names = "--profile", paramLabel = "P", description = "Profile by id or .qhw file.")
    private String profile;
    @Option(names = "--cycles",
            description = "With --profile: cycles of each step by the profile's throughputs, beside those of its kernel's"
                + " products by LLVM's model of the processor. Nothing is run.")
    private boolean cycles;
    @Option(names = "--raw", description = "Show the graph as imported, not normalized.")
    private boolean raw;
    @Mixin
    private ModelOptions modelOptions;

    @Override
    int execute(Bars bars) {
        Quantwright driver = driver();
        if (Files.isDirectory(subject)) {
            return artifact(Artifact.open(subject).manifest());
        }
        if (raw && profile != null) {
            throw conflict("--raw shows the imported graph, --profile takes the normalized one");
        }
        if (cycles && profile == null) {
            throw conflict("--cycles takes a profile: --profile P");
        }
        Map<String, Object> result = new LinkedHashMap<>();
        if (raw) {
            show(result, ModelSummary.of(driver.importOnly(subject, modelOptions.importOptions(), sink())));
            result(result);
            return OK;
        }
        Model model = modelOptions.load(driver, subject, sink());
        show(result, ModelSummary.of(model.graph()));
        int status = profile == null ? OK : plan(result, driver, model);
        result(result);
        return status;
    }

    private void show(Map<String, Object> result, ModelSummary s) {
        result.put("model", s);
        say("%s (level %s)", s.name(), s.level());
        s.inputs().forEach(t -> say("  input  %s : %s", t.name(), t.type()));
        s.outputs().forEach(t -> say("  output %s : %s", t.name(), t.type()));
        say("  %-4s %-16s %14s %12s  %-28s %s", "", "op", "MACs", "parameters", "type", "name");
        for (int i = 0; i < s.nodes().size(); i++) {
            ModelSummary.Row n = s.nodes().get(i);
            say("  %-4d %-16s %14s %12s  %-28s %s", i, n.op(), Text.count(n.macs()), Text.count(n.parameters()),
                    shorten(n.type()), n.name());
        }
        say("  %d nodes, %s parameters in %s, %s MACs", s.nodes().size(), Text.count(s.parameters()),
                Text.bytes(s.parameterBytes()), Text.count(s.macs()));
        say("  ops: %s", String.join(", ", s.operators().entrySet().stream().map(e -> e.getKey() + " x" + e.getValue())
                .toList()));
    }

    private static String shorten(String type) {
        return type.length() <= 60 ? type : type.substring(0, 28) + "..." + type.substring(type.length() - 28);
    }

    private int plan(Map<String, Object> result, Quantwright driver, Model model) {
        try {
            List<Manifest.Step> steps = model.plan(driver.profiles().find(profile));
            result.put("runs", true);
            result.put("steps", steps);
            say("%s runs all of it, in %d steps", profile, steps.size());
            if (cycles) {
                result.put("cycles", StepTable.of(model, driver.profiles().find(profile)).print(this));
            } else {
                steps(steps);
            }
            return OK;
        } catch (UserErrorException e) {
            if (e.diagnostics().stream().anyMatch(d -> !d.code().id().startsWith("QW-B01"))) {
                throw e;
            }
            List<String> reasons = new ArrayList<>();
            for (Diagnostic d : e.diagnostics()) {
                reasons.add(Failures.render(d));
                err().println(Failures.render(d));
            }
            result.put("runs", false);
            result.put("reasons", reasons);
            say("%s cannot run %d of the nodes", profile, reasons.size());
            return FAILED;
        }
    }

    private void steps(List<Manifest.Step> steps) {
        int width = steps.stream().mapToInt(s -> s.kernel().length()).max().orElse(0);
        String format = "  %-4d %-" + Math.max(width, KERNEL_WIDTH) + "s %14s MACs  %s -> %s";
        for (int i = 0; i < steps.size(); i++) {
            Manifest.Step s = steps.get(i);
            say(format, i, s.kernel(), Text.count(s.macs()), s.op(), s.name());
        }
    }

    private int artifact(Manifest m) {
        if (profile != null || raw || cycles) {
            throw conflict("--profile, --cycles and --raw take a model file, not an artifact folder");
        }
        say("%s, compiled for %s by %s %s", m.model(), m.profile(), m.backend(), m.tool());
        m.inputs().forEach(p -> say("  input  %s : %s", p.name(), p.type()));
        m.outputs().forEach(p -> say("  output %s : %s", p.name(), p.type()));
        steps(m.steps());
        say("  code %s, constants %s, arena %s (no placement is below %s)", Text.bytes(m.codeBytes()),
                Text.bytes(m.constantBytes()), Text.bytes(m.arenaBytes()), Text.bytes(m.arenaLowerBound()));
        say("  needs %s", String.join(", ", m.requiredFeatures()));
        result(m);
        return OK;
    }
}
