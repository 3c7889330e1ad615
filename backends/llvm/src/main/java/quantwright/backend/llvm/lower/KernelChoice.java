package quantwright.backend.llvm.lower;

import java.util.ArrayList;
import java.util.List;
import quantwright.backend.llvm.kernel.Kernel;
import quantwright.backend.llvm.kernel.KernelSpec;
import quantwright.backend.llvm.kernel.KernelTemplate;

/** Picks the first template of an ordered catalogue that takes a spec. */
final class KernelChoice {
    private KernelChoice() {
    }

    /** The call of the chosen kernel, or every template's reason against the spec. */
    static <S extends KernelSpec, P> NodeLowering.Result choose(List<KernelTemplate<S, P>> catalogue, S spec, P parameters,
            List<Placement> arguments) {
        List<String> reasons = new ArrayList<>();
        for (KernelTemplate<S, P> template : catalogue) {
            switch (template.select(spec)) {
                case KernelTemplate.Selection.Selected<P>(Kernel<P> kernel) -> {
                    int units = kernel.units();
                    KernelCall call = new KernelCall(kernel.name(), List.of(kernel.name(), spec),
                            units > 1 ? kernel::emitUnits : kernel::emit, kernel.constants(parameters), arguments, units);
                    int images = arguments.getLast().images();
                    return new NodeLowering.Result.Calls(List.of(call), spec.work() * images);
                }
                case KernelTemplate.Selection.Rejected<P>(String reason) -> reasons.add(template.name() + ": " + reason);
            }
        }
        return new NodeLowering.Result.Rejected(String.join("; ", reasons));
    }
}
