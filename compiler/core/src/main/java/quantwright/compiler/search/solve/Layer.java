package quantwright.compiler.search.solve;

import java.util.List;

/**
 * A layer, of which exactly one alternative is chosen.
 *
 * @param name its name
 * @param choices the alternatives, the preferred first
 */
public record Layer(String name, List<Choice> choices) {
    /** Copies the list. */
    public Layer {
        choices = List.copyOf(choices);
        if (choices.isEmpty()) {
            throw new IllegalArgumentException("layer " + name + " has no choice");
        }
    }
}
