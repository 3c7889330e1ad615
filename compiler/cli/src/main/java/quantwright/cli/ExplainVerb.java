package quantwright.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quantwright.backend.Artifact;
import quantwright.backend.KernelOffer;
import quantwright.backend.Manifest;
import quantwright.compiler.driver.Explanation;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.search.FoundPlan;
import quantwright.compiler.search.PriceTag;
import quantwright.ir.Graph;
import quantwright.profiles.HardwareProfile;

/** {@code qw explain}. */
@Command(name = "explain", sortOptions = false,
        description = {"Says why a step of an artifact is computed as it is: the kernel that was chosen, and why each other was"
            + " not. With --search, also what the layer costs at its precision and would cost at every other.",
            "Without --node, every step in short."},
        footer = {"", "Example: qw explain out --node /conv1/Conv_output_0 --search found"})
final class ExplainVerb extends Verb {
    @Parameters(paramLabel = "DIR", description = "An artifact folder.")
    private Path folder;
    @Option(names = "--node", paramLabel = "N", description = "Name of a step's value, of one that is fused into it, or with"
            + " --search of a layer as plans have it.")
    private String node;
    @Option(names = "--search", paramLabel = "OUT", description = "The folder that qw search wrote, for prices of precisions.")
    private Path search;
    @Option(names = "--profile", paramLabel = "P",
            description = "The profile, where the artifact was compiled for one by file.")
    private String profileName;

    @Override
    int execute(Bars bars) {
        if (!Files.isDirectory(folder)) {
            throw conflict(folder + " is no artifact folder; qw compile MODEL -o DIR makes one");
        }
        Artifact artifact = Artifact.open(folder);
        Manifest manifest = artifact.manifest();
        Quantwright driver = driver();
        HardwareProfile profile = driver.profiles().find(profileName == null ? manifest.profile() : profileName);
        Graph graph = Quantwright.graphOf(artifact);
        List<Explanation> all = Explanation.all(driver, graph, manifest.symbol(), profile);
        Optional<List<PriceTag>> prices = search == null ? Optional.empty() : Optional.of(FoundPlan.prices(search));
        if (node == null) {
            all.forEach(this::line);
            result(all);
            return OK;
        }
        Explanation found = prices.flatMap(p -> FoundPlan.stepOfLayer(p, all, node)).orElseGet(() -> Explanation.find(all,
                node));
        kernel(found, manifest.profile());
        Optional<PriceTag> tag = prices.flatMap(p -> FoundPlan.tagOfStep(p, all, found));
        tag.ifPresent(t -> price(t));
        if (search != null && tag.isEmpty()) {
            say("  %s has no price of it: it is no layer, or another model was searched", search);
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("explanation", found);
        result.put("price", tag);
        result(result);
        return OK;
    }

    private void line(Explanation e) {
        String kernel = e.step().kernel();
        long refused = e.offers().stream().filter(o -> o.verdict() == KernelOffer.Verdict.REFUSED).count();
        say("  %-4d %-40s %s%s", e.index(), kernel, e.step().name(), refused == 0 ? "" : ", refused by " + refused);
    }

    private void kernel(Explanation e, String profile) {
        say("step %d, %s, on %s: %s", e.index(), e.step().name(), profile, e.step().op());
        if (!e.types().isEmpty()) {
            say("  of %s", String.join(", ", e.types()));
        }
        if (!e.fused().isEmpty()) {
            say("  computes on the way: %s", String.join(", ", e.fused()));
        }
        if (e.offers().isEmpty()) {
            say("  kernel %s: the one way there is to compute it", e.step().kernel());
            return;
        }
        say("  kernels, best first");
        for (KernelOffer o : e.offers()) {
            say("    %-8s %s%s", o.verdict().name().toLowerCase(Locale.ROOT), o.kernel(), o.reason().isEmpty() ? "" : ": "
                    + o.reason());
        }
    }

    private void price(PriceTag tag) {
        say("  layer %s is %s by the plan of %s; what each precision costs, and how much more than the chosen one", tag.layer(),
                tag.price().precision(), search);
        PriceTable.print(this, tag);
    }
}
