package quantwright.compiler.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quantwright.ir.pass.Pass;

/** The pipeline as a whole, on random networks. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NormalizeTest {
    private static final int MODELS = 150;

    @ParameterizedTest
    @ValueSource(ints = {4, 12, 25})
    void exactPassesKeepEveryBit(int size) {
        Map<String, Integer> total = new TreeMap<>();
        for (int seed = 0; seed < MODELS; seed++) {
            PassFixture f = RandomModel.create(seed, size, false);
            for (Pass pass : GraphPasses.normalizeExactly()) {
                int at = seed;
                Map<String, Integer> hits = describe(at, pass, () -> f.runExactly(pass));
                hits.forEach((k, v) -> total.merge(k, v, Integer::sum));
            }
        }
        if (size > 10) {
            assertTrue(total.keySet().containsAll(List.of("permute-region", "channel-shuffle", "matmul-to-dense",
                    "compose-transposes", "keep-reduced-axes")), () -> "hits: " + total);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 12, 25})
    void theWholePipelineKeepsResultsAndEnds(int size) {
        for (int seed = 0; seed < MODELS; seed++) {
            PassFixture f = RandomModel.create(seed, size, true);
            Pass all = GraphPasses.normalizeToFixpoint();
            describe(seed, all, () -> f.runWithin(all, 2e-5));
            assertEquals(Map.of(), f.run(GraphPasses.normalizeToFixpoint()));
        }
    }

    @Test
    void transposesNeverBecomeDearer() {
        for (int seed = 0; seed < MODELS; seed++) {
            PassFixture f = RandomModel.create(seed, 15, true);
            long before = moved(f);
            f.run(new CanonicalAxisOrder());
            assertTrue(moved(f) <= before, "seed " + seed);
        }
    }

    private static long moved(PassFixture f) {
        return f.graph.nodes().stream().filter(n -> n.op().mnemonic().equals("transpose"))
                .mapToLong(n -> n.result().type().shape().elementCount()).sum();
    }

    private static Map<String, Integer> describe(int seed, Pass pass,
                                                 Supplier<Map<String, Integer>> run) {
        try {
            return run.get();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed + ", pass " + pass.info().name() + ": " + e.getMessage(), e);
        }
    }

    @Test
    void theCatalogueNamesEachPassAndRewriteOnce() {
        Set<String> passes = new HashSet<>();
        Set<String> rewrites = new HashSet<>();
        for (Pass pass : GraphPasses.all()) {
            assertTrue(passes.add(pass.info().name()), pass.info().name());
            if (pass instanceof RewritePass p) {
                p.rewrites().forEach(r -> assertTrue(rewrites.add(r.name()), r.name()));
            }
        }
        GraphPasses.normalize().forEach(p -> assertTrue(passes.contains(p.info().name()), p.info().name()));
        GraphPasses.all().forEach(p -> assertTrue(passes.containsAll(p.info().after()), p.info().name()));
    }
}
