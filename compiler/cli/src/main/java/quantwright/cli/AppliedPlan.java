package quantwright.cli;

import java.nio.file.Path;
import java.util.Optional;
import quantwright.backend.CostOracle;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.quant.PrecisionPlan;
import quantwright.compiler.search.CostMeter;
import quantwright.compiler.search.LayerGraph;
import quantwright.compiler.search.PlanFile;
import quantwright.compiler.search.PlanReader;
import quantwright.compiler.search.SearchDiagnostic;
import quantwright.compiler.search.Tables;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.loc.Location;
import quantwright.profiles.HardwareProfile;

/** A plan file applied to a model: checked against its layers and what the chip can do. */
final class AppliedPlan {
    private AppliedPlan() {
    }

    /**
     * The quantizer's plan.
     *
     * @param sink takes a warning if the plan was made for another model or profile
     */
    static PrecisionPlan of(Quantwright driver, Path file, Model model, HardwareProfile profile, DiagnosticSink sink) {
        PlanFile plan = PlanFile.read(file);
        LayerGraph layers = LayerGraph.of(model.graph());
        Optional<CostOracle> oracle = driver.backendFor(profile).costs().filter(o -> o.refusal(profile).isEmpty());
        PlanReader.check(plan, file, layers, (i, p) -> isGranted(p, profile) && (oracle.isEmpty() || oracle.get().cost(
                layers.layers().get(i).node(), CostMeter.precision(p), profile).supported()));
        String made = plan.header().getOrDefault("model", "");
        if (!made.isEmpty() && !made.equals("sha256:" + Tables.hash(model.graph()))) {
            sink.report(SearchDiagnostic.PLAN_OF_ANOTHER, Location.file(file), "model " + made);
        }
        String chip = plan.header().getOrDefault("profile", "");
        if (!chip.isEmpty() && !chip.endsWith(profile.hash())) {
            sink.report(SearchDiagnostic.PLAN_OF_ANOTHER, Location.file(file), "profile " + chip);
        }
        return plan.plan(layers);
    }

    /** Whether the chip has scales as fine as a precision asks for. */
    private static boolean isGranted(LayerPrecision precision, HardwareProfile profile) {
        return !(precision instanceof LayerPrecision.Integer i) || profile.allowsGroups(i.group());
    }
}
