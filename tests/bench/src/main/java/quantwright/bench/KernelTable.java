package quantwright.bench;

import java.util.Map;
import java.util.regex.Pattern;
import quantwright.backend.llvm.CodeTarget;

/**
 * Prints what each kernel of the catalogue reaches, taking turns with the register-only {@code vpdpbusd} loop.
 * Arguments: {@code [--seconds S]} for each kernel, default 0.3, and {@code [--only REGEX]} of kernel ids.
 */
public final class KernelTable {
    private KernelTable() {
    }

    /** Prints a Markdown table. */
    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args, "seconds", "only");
        double seconds = arguments.number("seconds", 0.3);
        Pattern only = Pattern.compile(arguments.text("only", ""));
        CodeTarget target = Host.backend().target(Host.profile());
        System.out.printf("Profile %s, %s.%n%n", Host.profile().id(), Host.processor());
        System.out.println("| case | kernel | us | GMAC/s | `vpdpbusd` peak | share |\n|---|---|---:|---:|---:|---:|");
        try (VnniPeak peak = Host.hasVnni() ? new VnniPeak() : null) {
            for (KernelCase<?> c : KernelCase.all(Host.backend().kernels(target)).values()) {
                if (only.matcher(c.id()).find()) {
                    try (KernelRun run = new KernelRun(target, c)) {
                        measure(c, run, peak, seconds);
                    }
                }
            }
        }
    }

    private static void measure(KernelCase<?> c, KernelRun run, VnniPeak peak, double seconds) throws Exception {
        Rounds rounds = new Rounds();
        rounds.add("kernel", run::run);
        if (peak != null) {
            rounds.add("peak", peak::run);
        }
        Map<String, Rounds.Times> times = rounds.measure(seconds);
        double nanos = times.get("kernel").min();
        if (!c.multiplies()) {
            System.out.printf("| %s | `%s` | %.2f | %.1f G elements/s | | |%n", c.id(), c.kernel().name(), nanos / 1e3,
                    c.work() / nanos);
        } else if (peak == null || c.output().floats()) {
            System.out.printf("| %s | `%s` | %.2f | %.1f | | |%n", c.id(), c.kernel().name(), nanos / 1e3,
                    c.work() / nanos);
        } else {
            double most = VnniPeak.macs() / times.get("peak").min();
            System.out.printf("| %s | `%s` | %.2f | %.1f | %.1f | %.0f %% |%n", c.id(), c.kernel().name(), nanos / 1e3,
                    c.work() / nanos, most, 100 * c.work() / nanos / most);
        }
    }
}
