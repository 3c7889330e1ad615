package quantwright.bench;

import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import quantwright.backend.llvm.kernel.CpuKernels;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;

/**
 * JMH's own command line over every kernel and every catalogue model that is there, unless {@code -p kernel=...} or
 * {@code -p model=...} chooses.
 */
public final class BenchmarkRunner {
    private BenchmarkRunner() {
    }

    /** Runs the benchmarks the arguments choose. */
    public static void main(String[] args) throws Exception {
        CommandLineOptions given = new CommandLineOptions(args);
        if (given.shouldHelp() || given.shouldList() || given.shouldListWithParams() || given.shouldListProfilers()
                || given.shouldListResultFormats()) {
            org.openjdk.jmh.Main.main(args);
            return;
        }
        ChainedOptionsBuilder options = new OptionsBuilder().parent(given).jvmArgsPrepend(properties());
        if (!given.getParameter("kernel").hasValue()) {
            CpuKernels kernels = Host.backend().kernels(Host.backend().target(Host.profile()));
            options.param("kernel", KernelCase.all(kernels).keySet().toArray(String[]::new));
        }
        if (!given.getParameter("model").hasValue()) {
            List<String> models = ModelCatalogue.load().all().stream().filter(m -> Files.exists(m.path()))
                    .map(CatalogueModel::id).toList();
            options.param("model", models.toArray(String[]::new));
        }
        new Runner(options.build()).run();
    }

    /** Our system properties, for the forked JVMs too. */
    private static String[] properties() {
        return System.getProperties().stringPropertyNames().stream().filter(n -> n.startsWith("quantwright.")).sorted()
                .map(n -> "-D" + n + "=" + System.getProperty(n)).toArray(String[]::new);
    }
}
