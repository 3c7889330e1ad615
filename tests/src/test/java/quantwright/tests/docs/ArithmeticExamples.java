package quantwright.tests.docs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quantwright.ir.Graph;
import quantwright.ir.Value;
import quantwright.ir.data.Tensor;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.op.OpRegistry;
import quantwright.ir.text.QirParser;
import quantwright.ir.verify.Verifier;

/**
 * The worked examples of {@code docs/arithmetic.md}.
 *
 * <p>An {@code example} block gives operands, {@code %x : type = [values]}, nodes in the text form of {@code .qir}, and
 * results, {@code %y is [values]}; the interpreter runs it. Each line of an {@code arith} block is
 * {@code function(arguments) = values}, see {@link ArithmeticFunctions}.
 */
final class ArithmeticExamples {
    private static final Pattern GIVEN = Pattern.compile("(%\\w+) : (.+) = \\[(.*)]");
    private static final Pattern RESULT = Pattern.compile("(%\\w+) is \\[(.*)]");
    private static final Pattern CALL = Pattern.compile("(\\w+)\\((.*)\\) = (.*)");

    /**
     * One line of a page that states numbers.
     *
     * @param line index in the page
     * @param prefix the line up to the numbers
     * @param stated the numbers it states
     * @param computed the numbers that come
     * @param suffix the line behind the numbers
     */
    record Statement(int line, String prefix, List<String> stated, List<Number> computed, String suffix) {
        boolean holds() {
            return Numbers.areSame(stated, computed);
        }

        /** The line with the computed numbers. */
        String corrected() {
            return prefix + Numbers.text(computed) + suffix;
        }
    }

    private ArithmeticExamples() {
    }

    /** Everything a page states. */
    static List<Statement> evaluate(Page page) {
        List<Statement> statements = new ArrayList<>();
        for (Page.Block block : page.blocks("example")) {
            graph(page, block, statements);
        }
        for (Page.Block block : page.blocks("arith")) {
            for (int i = 0; i < block.lines().size(); i++) {
                Matcher m = CALL.matcher(block.lines().get(i));
                if (!m.matches()) {
                    throw new AssertionError(page.at(block.first() + i) + ": expected function(arguments) = values");
                }
                try {
                    statements.add(new Statement(block.first() + i, m.group(1) + "(" + m.group(2) + ") = ",
                            Numbers.items(m.group(3)), ArithmeticFunctions.call(m.group(1), m.group(2)), ""));
                } catch (IllegalArgumentException e) {
                    throw new AssertionError(page.at(block.first() + i) + ": " + e.getMessage(), e);
                }
            }
        }
        return statements;
    }

    private static void graph(Page page, Page.Block block, List<Statement> statements) {
        Map<String, String> given = new LinkedHashMap<>();
        Map<Integer, Matcher> results = new LinkedHashMap<>();
        StringBuilder inputs = new StringBuilder();
        StringBuilder nodes = new StringBuilder();
        for (int i = 0; i < block.lines().size(); i++) {
            String line = block.lines().get(i);
            Matcher g = GIVEN.matcher(line);
            Matcher r = RESULT.matcher(line);
            if (g.matches()) {
                given.put(g.group(1), g.group(3));
                inputs.append("input ").append(g.group(1)).append(" : ").append(g.group(2)).append('\n');
            } else if (r.matches()) {
                results.put(block.first() + i, r);
            } else {
                nodes.append(line).append('\n');
            }
        }
        results.values().forEach(r -> nodes.append("output \"").append(r.group(1)).append("\" = ").append(r.group(1))
                .append('\n'));
        String text = "qir 1\ngraph \"example\" level quant {\n" + inputs + nodes + "}\n";
        try {
            Graph graph = new QirParser(OpRegistry.builtin()).parse(text, page.at(block.first()));
            var findings = Verifier.findings(graph);
            if (!findings.isEmpty() || results.isEmpty()) {
                throw new AssertionError(page.at(block.first()) + ": "
                        + (results.isEmpty() ? "no result is stated" : findings.toString()));
            }
            List<Tensor> operands = new ArrayList<>();
            for (Value input : graph.inputs()) {
                Tensor tensor = Tensor.zeros(input.type());
                Numbers.fill(tensor, Numbers.items(given.get("%" + input.name())));
                operands.add(tensor);
            }
            List<Tensor> outputs = Interpreter.run(graph, operands, null);
            int i = 0;
            for (Map.Entry<Integer, Matcher> r : results.entrySet()) {
                statements.add(new Statement(r.getKey(), r.getValue().group(1) + " is [",
                        Numbers.items(r.getValue().group(2)), Numbers.elements(outputs.get(i++)), "]"));
            }
        } catch (RuntimeException e) {
            throw new AssertionError(page.at(block.first()) + ": " + e.getMessage() + "\n" + text, e);
        }
    }
}
