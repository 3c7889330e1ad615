package quantwright.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import quantwright.backend.StepEstimate;
import quantwright.compiler.driver.Model;
import quantwright.profiles.CpuMachine;
import quantwright.profiles.HardwareProfile;

/** Expected cycles of each step, as a table and as JSON. */
final class StepTable {
    private final List<StepEstimate> steps;
    private final double hertz;

    private StepTable(List<StepEstimate> steps, double hertz) {
        this.steps = steps;
        this.hertz = hertz;
    }

    static StepTable of(Model model, HardwareProfile profile) {
        List<StepEstimate> steps = model.estimate(profile);
        return new StepTable(steps, profile.cpu().flatMap(CpuMachine::performance).orElseThrow().nominal().hertz());
    }

    /** Prints the table; returns it for {@code --json}. */
    Map<String, Object> print(Verb verb) {
        verb.say("  %-4s %-32s %14s %14s %14s  %-12s %s", "", "kernel", "MACs", "cycles", "llvm-mca", "bound by",
                "name");
        double total = 0;
        double modelled = 0;
        for (int i = 0; i < steps.size(); i++) {
            StepEstimate s = steps.get(i);
            boolean known = !Double.isNaN(s.modelCycles());
            total += s.cycles();
            modelled += known ? s.modelCycles() : 0;
            verb.say("  %-4d %-32s %14s %14s %14s  %-12s %s", i, s.step().kernel(), Text.count(s.step().macs()),
                    Text.count(Math.round(s.cycles())), known ? Text.count(Math.round(s.modelCycles())) : "-",
                    s.bound(), s.step().name());
        }
        verb.say("  %s cycles by the profile's throughputs: %s at %.0f MHz; by llvm-mca: %s cycles",
                Text.count(Math.round(total)), Text.nanos(total / hertz * 1e9), hertz / 1e6,
                Text.count(Math.round(modelled)));
        return json(total, modelled);
    }

    private Map<String, Object> json(double total, double modelled) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("steps", steps.stream().map(StepTable::row).toList());
        json.put("totalCycles", Math.round(total));
        json.put("totalSeconds", Double.parseDouble(String.format(Locale.ROOT, "%.9f", total / hertz)));
        json.put("clockHertz", hertz);
        json.put("modelCycles", Math.round(modelled));
        return json;
    }

    private static Map<String, Object> row(StepEstimate s) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", s.step().name());
        row.put("op", s.step().op());
        row.put("kernel", s.step().kernel());
        row.put("macs", s.step().macs());
        row.put("cycles", Math.round(s.cycles()));
        row.put("bound", s.bound());
        if (!Double.isNaN(s.modelCycles())) {
            row.put("modelCycles", Math.round(s.modelCycles()));
        }
        return row;
    }
}
