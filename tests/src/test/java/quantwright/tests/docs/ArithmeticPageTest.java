package quantwright.tests.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import quantwright.ir.arith.ArithmeticPreset;
import quantwright.ir.arith.OpFamily;
import quantwright.ir.arith.Rounding;
import quantwright.ir.op.AverageRule;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.OpInfo;
import quantwright.ir.op.OpRegistry;
import quantwright.ir.op.QuantOp;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.op.SoftmaxRule;
import quantwright.ir.op.TensorOp;
import quantwright.ir.op.UnaryKind;

/**
 * {@code docs/arithmetic.md} states what the arithmetic gives; {@code -Dquantwright.bless=true} writes its numbers
 * again.
 */
class ArithmeticPageTest {
    private static final String PAGE = "arithmetic.md";
    /** Ops of GRAPH that only move values. */
    private static final Set<String> MOVEMENT = Set.of("constant", "identity", "reshape", "transpose", "concat",
            "slice", "pad", "expand", "gather", "depth_to_space", "space_to_depth", "channel_shuffle", "where");

    @Test
    void everyExampleHolds() throws IOException {
        Page page = Page.read(PAGE);
        List<ArithmeticExamples.Statement> statements = ArithmeticExamples.evaluate(page);
        assertTrue(statements.size() > 60, statements.size() + " statements");
        if (Page.BLESS) {
            statements.forEach(s -> page.lines().set(s.line(), s.corrected()));
            page.write();
            return;
        }
        String wrong = statements.stream().filter(s -> !s.holds())
                .map(s -> page.at(s.line()) + ": states " + String.join(", ", s.stated()) + ", computed: "
                        + s.corrected()).collect(Collectors.joining("\n"));
        assertEquals("", wrong);
    }

    @Test
    void aWrongNumberIsFound() throws IOException {
        Page page = Page.read(PAGE);
        List<ArithmeticExamples.Statement> statements = ArithmeticExamples.evaluate(page);
        for (ArithmeticExamples.Statement s : statements) {
            String line = page.lines().get(s.line());
            page.lines().set(s.line(), s.prefix() + "9" + line.substring(s.prefix().length()));
        }
        long wrong = ArithmeticExamples.evaluate(page).stream().filter(s -> !s.holds()).count();
        assertEquals(statements.size(), wrong);
    }

    @Test
    void noBlockIsPassedOver() throws IOException {
        Page page = Page.read(PAGE);
        int blocks = page.blocks("").size() + page.blocks("example").size() + page.blocks("arith").size();
        assertEquals(page.lines().stream().filter(l -> l.startsWith("```")).count(), 2L * blocks);
    }

    @Test
    void everyQuantizedOpModeAndRuleHasAnExample() throws IOException {
        Page page = Page.read(PAGE);
        String text = page.blocks("example").stream().map(Page.Block::text).collect(Collectors.joining())
                + page.blocks("arith").stream().map(Page.Block::text).collect(Collectors.joining());
        Set<String> missing = new TreeSet<>();
        OpRegistry.builtin().all().stream().filter(QuantOp.class::isAssignableFrom)
                .map(t -> t.getAnnotation(OpInfo.class).mnemonic() + "(").filter(m -> !text.contains(m))
                .forEach(missing::add);
        for (Rounding.Mode mode : Rounding.Mode.values()) {
            addIfMissing(mode.text(), text, missing);
        }
        for (AverageRule rule : AverageRule.values()) {
            addIfMissing("rule = " + rule.name().toLowerCase(Locale.ROOT), text, missing);
        }
        for (SoftmaxRule rule : SoftmaxRule.values()) {
            addIfMissing("rule = " + rule.name().toLowerCase(Locale.ROOT), text, missing);
        }
        ArithmeticFunctions.all().keySet().forEach(f -> addIfMissing("\n" + f + "(", "\n" + text, missing));
        assertEquals(Set.of(), missing);
    }

    @Test
    void everyFloatOpAndFunctionHasAnExample() throws IOException {
        Page page = Page.read(PAGE);
        String graphs = page.blocks("example").stream().map(Page.Block::text).collect(Collectors.joining());
        String calls = "\n" + page.blocks("arith").stream().map(Page.Block::text).collect(Collectors.joining());
        Set<String> missing = new TreeSet<>();
        OpRegistry.builtin().all().stream().filter(TensorOp.class::isAssignableFrom)
                .map(t -> t.getAnnotation(OpInfo.class).mnemonic()).filter(m -> !MOVEMENT.contains(m))
                .forEach(m -> addIfMissing("= " + m + "(", graphs, missing));
        for (BinaryKind kind : BinaryKind.values()) {
            addIfMissing("{kind = " + kind.name().toLowerCase(Locale.ROOT) + "}", graphs, missing);
        }
        for (ReduceKind kind : ReduceKind.values()) {
            addIfMissing("{kind = " + kind.name().toLowerCase(Locale.ROOT) + ", axes", graphs, missing);
        }
        for (UnaryKind kind : UnaryKind.values()) {
            String name = kind.name().toLowerCase(Locale.ROOT);
            String method = Pattern.compile("_(.)").matcher(name).replaceAll(m -> m.group(1).toUpperCase(Locale.ROOT));
            if (!graphs.contains("{kind = " + name + "}") && !calls.contains("\n" + method + "(")) {
                missing.add(name);
            }
        }
        assertEquals(Set.of(), missing);
    }

    private static void addIfMissing(String part, String text, Set<String> missing) {
        if (!text.contains(part)) {
            missing.add(part);
        }
    }

    @Test
    void presetsTableIsThatOfTheSources() throws IOException {
        Page page = Page.read(PAGE);
        int begin = page.lines().indexOf("<!-- presets: begin -->") + 1;
        int end = page.lines().indexOf("<!-- presets: end -->");
        assertTrue(begin > 0 && end >= begin, "no markers");
        List<String> written = page.lines().subList(begin, end);
        if (Page.BLESS) {
            written.clear();
            written.addAll(presets());
            page.write();
            return;
        }
        assertEquals(presets(), written);
    }

    private static List<String> presets() {
        List<String> table = new ArrayList<>();
        StringBuilder head = new StringBuilder("| family |");
        StringBuilder rule = new StringBuilder("|---|");
        for (ArithmeticPreset preset : ArithmeticPreset.values()) {
            head.append(" `").append(preset.text()).append("` |");
            rule.append("---|");
        }
        table.add(head.toString());
        table.add(rule.toString());
        for (OpFamily family : OpFamily.values()) {
            String name = family.name().toLowerCase(Locale.ROOT).replace('_', ' ');
            StringBuilder row = new StringBuilder("| " + name + " |");
            for (ArithmeticPreset preset : ArithmeticPreset.values()) {
                row.append(" `").append(preset.rounding(family).text()).append("` |");
            }
            table.add(row.toString());
        }
        return table;
    }
}
