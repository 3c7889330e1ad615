package quantwright.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.kernel.CpuKernels;

/**
 * Prints the speed of each layer by weights of 8, 4, 2 and 1 bits, in turns, and what the packed ones have of the bytes'.
 * W4G32 has a multiplier for each 32 inputs, of 1x1 windows only. W8A16 and W4A16 take activations of 16 bits.
 * Arguments: {@code [--seconds S]} for each layer, default 1, and {@code [--only REGEX]} of layer ids.
 */
public final class PackedTable {
    private static final int[] WIDTHS = {8, 4, 2, 1};

    private PackedTable() {
    }

    /** Prints a Markdown table. */
    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args, "seconds", "only");
        double seconds = arguments.number("seconds", 1);
        Pattern only = Pattern.compile(arguments.text("only", ""));
        CodeTarget target = Host.backend().target(Host.profile());
        CpuKernels kernels = Host.backend().kernels(target);
        System.out.printf("Profile %s, %s.%n%n", Host.profile().id(), Host.processor());
        System.out.println("| layer | W8 GMAC/s | W4 : W8 | W2 : W8 | W1 : W8 | W4G32 : W8 | W8A16 : W8 |"
                + " W4A16 : W8 |\n|---|---:|---:|---:|---:|---:|---:|---:|");
        List<Layer> layers = new ArrayList<>(Layer.all());
        layers.addAll(Layer.memoryBound());
        for (Layer layer : layers) {
            if (!layer.depthwise() && only.matcher(layer.id()).find()) {
                measure(kernels, target, layer, seconds);
            }
        }
    }

    private static void measure(CpuKernels kernels, CodeTarget target, Layer layer, double seconds) throws Exception {
        List<KernelRun> runs = new ArrayList<>();
        try {
            Rounds rounds = new Rounds();
            long work = 0;
            for (int bits : WIDTHS) {
                KernelCase<?> c = KernelCase.integer(kernels, layer, bits);
                KernelRun run = new KernelRun(target, c);
                runs.add(run);
                rounds.add("w" + bits, run::run);
                work = c.work();
            }
            boolean grouped = layer.window().isPointwise();
            if (grouped) {
                KernelRun run = new KernelRun(target, KernelCase.integer(kernels, layer, 4, 32));
                runs.add(run);
                rounds.add("w4g32", run::run);
            }
            for (int bits : new int[] {8, 4}) {
                KernelRun run = new KernelRun(target, KernelCase.words(kernels, layer, bits));
                runs.add(run);
                rounds.add("w" + bits + "a16", run::run);
            }
            Map<String, Rounds.Times> times = rounds.measure(seconds);
            double bytes = times.get("w8").min();
            System.out.printf("| %s | %.1f | %.2f | %.2f | %.2f | %s | %.2f | %.2f |%n", layer.id(), work / bytes,
                    bytes / times.get("w4").min(), bytes / times.get("w2").min(), bytes / times.get("w1").min(),
                    grouped ? String.format("%.2f", bytes / times.get("w4g32").min()) : "-",
                    bytes / times.get("w8a16").min(), bytes / times.get("w4a16").min());
        } finally {
            runs.forEach(KernelRun::close);
        }
    }
}
