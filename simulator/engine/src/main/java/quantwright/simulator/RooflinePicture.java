package quantwright.simulator;

import java.util.Locale;
import quantwright.profiles.NpuMachine;

/**
 * The roofline of a machine with a program's layers on it, as SVG: multiply-accumulates per byte of external memory
 * across, per second upwards, both logarithmic.
 */
public final class RooflinePicture {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 480;
    private static final int MARGIN = 60;

    private final double leastX;
    private final double mostX;
    private final double leastY;
    private final double mostY;
    private final StringBuilder out = new StringBuilder();

    private RooflinePicture(double leastX, double mostX, double leastY, double mostY) {
        this.leastX = leastX;
        this.mostX = mostX;
        this.leastY = leastY;
        this.mostY = mostY;
    }

    /** The picture; layers without products are not on it. */
    public static String of(SimulationReport report) {
        NpuMachine m = report.machine();
        double peak = m.array().peakMacs() * report.timing().point().hertz();
        double bandwidth = m.dram().bytesPerSecond() + m.flash().map(NpuMachine.ExternalMemory::bytesPerSecond).orElse(0.0);
        double ridge = peak / bandwidth;
        double leastX = ridge / 10;
        double mostX = ridge * 10;
        double leastY = peak / 1000;
        for (Timing.LayerTiming l : report.timing().layers()) {
            if (l.events().macs() > 0 && l.ticks() > 0) {
                leastX = Math.min(leastX, intensity(l.events()));
                mostX = Math.max(mostX, intensity(l.events()));
                leastY = Math.min(leastY, rate(l, report.timing()));
            }
        }
        var picture = new RooflinePicture(decade(leastX, -1), decade(mostX, 1), decade(leastY, -1), decade(peak, 1));
        picture.draw(report, peak, bandwidth);
        return picture.out.toString();
    }

    private static double intensity(Events e) {
        return e.macs() / (double) Math.max(1, e.externalBytes());
    }

    private static double rate(Timing.LayerTiming l, Timing t) {
        return l.events().macs() / (l.ticks() / (double) Timing.TICKS) * t.point().hertz();
    }

    /** Next power of ten below (-1) or above. */
    private static double decade(double value, int side) {
        double log = Math.log10(value);
        return Math.pow(10, side < 0 ? Math.floor(log) : Math.ceil(log));
    }

    private double x(double intensity) {
        return MARGIN + (WIDTH - 2 * MARGIN) * Math.log(intensity / leastX) / Math.log(mostX / leastX);
    }

    private double y(double rate) {
        return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * Math.log(rate / leastY) / Math.log(mostY / leastY);
    }

    private void draw(SimulationReport report, double peak, double bandwidth) {
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\""
            + " font-size=\"11\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n", WIDTH, HEIGHT);
        for (double d = leastX; d <= mostX * 1.01; d *= 10) {
            add("<line x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"%2$d\" y2=\"%3$d\" stroke=\"#ddd\"/>%n"
                + "<text x=\"%1$.1f\" y=\"%4$d\" text-anchor=\"middle\">%5$.3g</text>%n", x(d), MARGIN, HEIGHT - MARGIN,
                HEIGHT - MARGIN + 15, d);
        }
        for (double d = leastY; d <= mostY * 1.01; d *= 10) {
            add("<line x1=\"%2$d\" x2=\"%3$d\" y1=\"%1$.1f\" y2=\"%1$.1f\" stroke=\"#ddd\"/>%n"
                + "<text x=\"%4$d\" y=\"%1$.1f\" text-anchor=\"end\">%5$.3g</text>%n", y(d), MARGIN, WIDTH - MARGIN,
                MARGIN - 5, d / 1e9);
        }
        double ridge = peak / bandwidth;
        double start = Math.max(leastX, leastY / bandwidth);
        add("<polyline fill=\"none\" stroke=\"black\" stroke-width=\"2\" points=\"%.1f,%.1f %.1f,%.1f %.1f,%.1f\"/>%n",
            x(start), y(start * bandwidth), x(ridge), y(peak), x(mostX), y(peak));
        for (Timing.LayerTiming l : report.timing().layers()) {
            if (l.events().macs() > 0 && l.ticks() > 0) {
                add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"#1f77b4\" fill-opacity=\"0.6\"><title>%s: %.3g"
                    + " MAC/B, %.3g GMAC/s</title></circle>%n", x(intensity(l.events())),
                    y(rate(l, report.timing())), escape(report.layerName(l.index())), intensity(l.events()),
                    rate(l, report.timing()) / 1e9);
            }
        }
        add("<text x=\"%d\" y=\"20\">%s on %s, peak %.4g GMAC/s, %.4g GB/s</text>%n", MARGIN,
            escape(report.program().name()), escape(report.profile().id()), peak / 1e9, bandwidth / 1e9);
        add("<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">MAC per byte of external memory</text>%n", WIDTH / 2,
            HEIGHT - 15);
        add("<text x=\"15\" y=\"%d\" transform=\"rotate(-90 15 %1$d)\" text-anchor=\"middle\">GMAC/s</text>%n</svg>%n",
            HEIGHT / 2);
    }

    private void add(String format, Object... arguments) {
        out.append(String.format(Locale.ROOT, format.replace("%n", "\n"), arguments));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
