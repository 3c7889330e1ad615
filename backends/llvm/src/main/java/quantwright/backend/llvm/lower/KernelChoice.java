package quantwright.backend.llvm.lower;

import java.util.ArrayList;
import java.util.List;
import quantwright.backend.KernelOffer;
import quantwright.backend.KernelOffer.Verdict;
import quantwright.backend.llvm.kernel.Kernel;
import quantwright.backend.llvm.kernel.KernelSpec;
import quantwright.backend.llvm.kernel.KernelTemplate;
import quantwright.backend.llvm.kernel.SlicedKernel;

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
                    KernelCall.Emitter emitter = kernel instanceof SlicedKernel<P> s && s.units() > 1
                            ? (module, function, linkage) -> s.emit(module, function, linkage, true) : kernel::emit;
                    KernelCall call = new KernelCall(kernel.name(), List.of(kernel.name(), spec), emitter,
                            kernel.constants(parameters), arguments, kernel.units());
                    int images = arguments.getLast().images();
                    return new NodeLowering.Result.Calls(List.of(call), spec.work() * images,
                            () -> offers(catalogue, spec, kernel.name()));
                }
                case KernelTemplate.Selection.Rejected<P>(String reason) -> reasons.add(template.name() + ": " + reason);
            }
        }
        return new NodeLowering.Result.Rejected(String.join("; ", reasons));
    }

    /** What becomes of every template when it is offered the spec. */
    private static <S extends KernelSpec, P> List<KernelOffer> offers(List<KernelTemplate<S, P>> catalogue, S spec,
            String chosen) {
        List<KernelOffer> offers = new ArrayList<>();
        for (KernelTemplate<S, P> template : catalogue) {
            boolean first = offers.stream().noneMatch(o -> o.verdict() == Verdict.CHOSEN);
            offers.add(switch (template.select(spec)) {
                case KernelTemplate.Selection.Selected<P>(Kernel<P> kernel) -> first
                        ? new KernelOffer(chosen, Verdict.CHOSEN, "")
                        : new KernelOffer(kernel.name(), Verdict.BEHIND, "takes it too; " + chosen
                        + " comes before it in the catalogue");
                case KernelTemplate.Selection.Rejected<P>(String reason) -> new KernelOffer(template.name(),
                        Verdict.REFUSED, reason);
            });
        }
        return offers;
    }
}
