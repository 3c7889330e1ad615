package quantwright.compiler.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import quantwright.compiler.search.SearchResult.Plan;

/** The Pareto front as a drawing: loss over one figure, the plans that were run filled, uniform int8 and the choice named. */
public final class FrontSvg {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 420;
    private static final int LEFT = 80;
    private static final int RIGHT = 24;
    private static final int TOP = 40;
    private static final int BOTTOM = 56;
    private static final int TICKS = 5;
    /** Losses below are drawn here: the scale is logarithmic. */
    private static final double LEAST_LOSS = 1e-7;

    private final SearchResult result;
    private double low = Double.POSITIVE_INFINITY;
    private double high = Double.NEGATIVE_INFINITY;
    private double lowLoss = Double.POSITIVE_INFINITY;
    private double highLoss = Double.NEGATIVE_INFINITY;

    private FrontSvg(SearchResult result) {
        this.result = result;
    }

    /** The drawing; the same result gives the same bytes. */
    public static String of(SearchResult result, String title) {
        return new FrontSvg(result).draw(title);
    }

    private String draw(String title) {
        List<Plan> all = new ArrayList<>(result.front());
        all.addAll(result.verified());
        all.add(result.chosen());
        for (Plan p : all) {
            low = Math.min(low, x(p));
            high = Math.max(high, x(p));
            lowLoss = Math.min(lowLoss, logLoss(p));
            highLoss = Math.max(highLoss, logLoss(p));
        }
        high = Math.max(high, low + 1);
        lowLoss = Math.floor(lowLoss);
        highLoss = Math.max(Math.ceil(highLoss), lowLoss + 1);
        StringBuilder svg = new StringBuilder();
        line(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\""
                + " viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">",
                WIDTH, HEIGHT);
        line(svg, "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, HEIGHT);
        line(svg, "<text x=\"%d\" y=\"22\" font-size=\"15\">%s</text>", LEFT, escaped(title));
        axes(svg);
        StringBuilder points = new StringBuilder();
        for (Plan p : result.front()) {
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", px(p), py(p)));
        }
        line(svg, "<polyline points=\"%s\" fill=\"none\" stroke=\"#2266aa\" stroke-width=\"1.5\"/>", points.toString().strip());
        result.front().forEach(p -> dot(svg, p, p.measured().isPresent() ? "#2266aa" : "white", ""));
        result.verified().forEach(p -> dot(svg, p, "#2266aa", p.name().startsWith("uniform") ? p.name() : ""));
        dot(svg, result.chosen(), "#cc3311", "chosen");
        svg.append("</svg>\n");
        return svg.toString();
    }

    private void axes(StringBuilder svg) {
        int bottom = HEIGHT - BOTTOM;
        line(svg, "<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"black\"/>", LEFT, TOP, bottom, WIDTH - RIGHT);
        for (int i = 0; i <= TICKS; i++) {
            double value = low + (high - low) * i / TICKS;
            double at = LEFT + (double) (WIDTH - LEFT - RIGHT) * i / TICKS;
            line(svg, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>", at, bottom + 18,
                    result.axis().format(Math.round(value)));
        }
        for (int e = (int) lowLoss; e <= (int) highLoss; e++) {
            double at = bottom - (e - lowLoss) / (highLoss - lowLoss) * (bottom - TOP);
            line(svg, "<path d=\"M%d %.1fH%d\" stroke=\"#dddddd\"/>", LEFT, at, WIDTH - RIGHT);
            line(svg, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">1e%d</text>", LEFT - 8, at + 4, e);
        }
        line(svg, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14,
                result.axis().text());
        line(svg, "<text transform=\"translate(20 %d) rotate(-90)\" text-anchor=\"middle\">expected loss, nats</text>",
                (TOP + bottom) / 2);
    }

    private void dot(StringBuilder svg, Plan p, String fill, String label) {
        line(svg, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\" stroke=\"#2266aa\"><title>%s: %s, loss %.3g</title>"
                + "</circle>", px(p), py(p), fill, escaped(p.name()), result.axis().format(Math.round(x(p))),
                p.predicted().loss());
        if (!label.isEmpty()) {
            boolean right = px(p) < WIDTH - 160;
            line(svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>", px(p) + (right ? 8 : -8), py(p) - 6,
                    right ? "start" : "end", escaped(label));
        }
    }

    private double x(Plan p) {
        return p.predicted().figures().get(result.axis());
    }

    private static double logLoss(Plan p) {
        return Math.log10(Math.max(LEAST_LOSS, p.predicted().loss()));
    }

    private double px(Plan p) {
        return LEFT + (x(p) - low) / (high - low) * (WIDTH - LEFT - RIGHT);
    }

    private double py(Plan p) {
        int bottom = HEIGHT - BOTTOM;
        return bottom - (logLoss(p) - lowLoss) / (highLoss - lowLoss) * (bottom - TOP);
    }

    private static void line(StringBuilder svg, String format, Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
