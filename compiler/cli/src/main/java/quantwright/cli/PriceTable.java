package quantwright.cli;

import java.util.List;
import java.util.Locale;
import quantwright.compiler.search.Figure;
import quantwright.compiler.search.PriceTag;
import quantwright.compiler.search.PriceTag.Price;

/** Prints price tags of layers. */
final class PriceTable {
    private static final int NAME = 36;

    private PriceTable() {
    }

    /** A row for each choice of a layer, with differences to the chosen one. */
    static void print(Verb verb, PriceTag tag) {
        Price chosen = tag.price();
        verb.say("    %-8s %10s %10s %10s %10s   %10s %10s %10s", "", "loss", "time", "energy", "bytes", "loss", "time",
                "bytes");
        for (Price p : tag.prices()) {
            verb.say("  %s %-8s %10.3g %10s %10s %10s   %+10.3g %+8.2f us %+8d B", p == chosen ? ">" : " ", p.precision(),
                    p.loss(), Figure.LATENCY.format(p.picoseconds()), energy(p), Figure.SIZE.format(p.bytes()),
                    p.loss() - chosen.loss(),
                    (p.picoseconds() - chosen.picoseconds()) / 1e6, p.bytes() - chosen.bytes());
        }
    }

    /** A row for each layer of a plan. */
    static void print(Verb verb, List<PriceTag> tags) {
        double loss = tags.stream().mapToDouble(t -> t.price().loss()).sum();
        verb.say("  %-" + NAME + "s %-8s %10s %6s %10s %10s %10s", "layer", "", "loss", "", "time", "energy", "bytes");
        for (PriceTag t : tags) {
            Price p = t.price();
            String name = t.layer().length() <= NAME ? t.layer() : "..." + t.layer().substring(t.layer().length() - NAME + 3);
            verb.say("  %-" + NAME + "s %-8s %10.3g %6s %10s %10s %10s", name, p.precision(), p.loss(), loss > 0
                    ? String.format(Locale.ROOT, "%.1f %%", 100 * p.loss() / loss) : "", Figure.LATENCY.format(p.picoseconds()),
                    energy(p), Figure.SIZE.format(p.bytes()));
        }
    }

    private static String energy(Price p) {
        return p.femtojoules() == 0 ? "-" : Figure.ENERGY.format(p.femtojoules());
    }
}
