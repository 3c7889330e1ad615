package quantwright.compiler.quant;

import java.util.List;
import java.util.regex.Pattern;
import quantwright.ir.Node;

/**
 * Nodes that stay float, by the name of their result (a glob with {@code *}) or by op mnemonic.
 *
 * @param names globs over result names; without {@code *} a name must match whole
 * @param opTypes op mnemonics
 */
public record SkipList(List<String> names, List<String> opTypes) {
    /** Copies the lists. */
    public SkipList {
        names = List.copyOf(names);
        opTypes = List.copyOf(opTypes);
    }

    /** Whether the node stays float. */
    public boolean skips(Node node) {
        return opTypes.contains(node.op().mnemonic())
                || names.stream().anyMatch(glob -> matches(glob, node.results().getFirst().name()));
    }

    /** Whether a glob matches a name. */
    static boolean matches(String glob, String name) {
        StringBuilder regex = new StringBuilder();
        for (String part : glob.split("\\*", -1)) {
            regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(part));
        }
        return Pattern.matches(regex.toString(), name);
    }
}
