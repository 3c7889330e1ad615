package quantwright.profiles;

import java.util.Locale;

/**
 * Where a number of a profile comes from, and how far it may be off.
 *
 * @param kind how it was had
 * @param text document, measurement or reasoning
 * @param band relative half-width of the interval the true value is believed to lie in: 0.4 is plus or minus 40 %
 */
public record Source(Kind kind, String text, double band) {
    /** Checks the band. */
    public Source {
        if (!(band >= 0) || Double.isInfinite(band)) {
            throw new IllegalArgumentException("band " + band);
        }
    }

    /** A source with the usual band of its kind. */
    public Source(Kind kind, String text) {
        this(kind, text, kind.band());
    }

    /** How a number was had. */
    public enum Kind {
        /** A vendor's document states it. */
        DATASHEET(0.2),
        /** Somebody measured it. */
        MEASURED(0.1),
        /** Neither: an estimate, with its reasoning. */
        ASSUMED(0.5);

        private final double band;

        Kind(double band) {
            this.band = band;
        }

        /** The band of physical numbers that state none; what counts parts has none. */
        public double band() {
            return band;
        }

        /** Word in a profile. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
