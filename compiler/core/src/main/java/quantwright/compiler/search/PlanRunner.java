package quantwright.compiler.search;

import java.util.List;
import quantwright.backend.CompileRequest.Progress;
import quantwright.compiler.search.SearchResult.Plan;
import quantwright.compiler.search.SearchResult.Timed;

/** Runs plans for real. */
public interface PlanRunner {
    /** Plans with what running them gave. */
    List<Plan> run(List<Plan> plans, Progress progress);

    /** The latency of plans, all measured side by side; empty where neither this host nor a simulator tells it. */
    List<Timed> time(List<Plan> plans, Progress progress);

    /**
     * Whether plans run on other samples than layers were tuned on. Only then do they tell what the losses should have been:
     * on its own samples a tuned layer looks better than it is.
     */
    boolean onOtherData();
}
