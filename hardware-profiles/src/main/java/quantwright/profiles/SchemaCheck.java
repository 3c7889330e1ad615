package quantwright.profiles;

import java.util.ArrayList;
import java.util.List;
import quantwright.ir.arith.Rounding;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.text.Names;
import quantwright.profiles.SectionType.Occurs;

/** Holds a parsed profile against the schema: names, kinds, units, ranges, provenance, completeness. */
final class SchemaCheck {
    private final DiagnosticSink sink;

    SchemaCheck(DiagnosticSink sink) {
        this.sink = sink;
    }

    /** Reports everything that is wrong with a section and those in it. */
    void check(ProfileSection section, SectionType type) {
        section.entries().forEach((key, entry) -> type.keys().stream().filter(k -> k.name().equals(key)).findFirst()
                .ifPresentOrElse(k -> check(entry, k), () -> unknown(key, entry, type)));
        section.sections().forEach((name, inner) -> type.sections().stream()
                .filter(t -> t.name().equals(name.key())).findFirst()
                .ifPresentOrElse(t -> checkInner(name, inner, t), () -> unknown(name, inner, type)));
        for (KeyType key : type.keys()) {
            if (key.required() && section.entry(key.name()).isEmpty()) {
                sink.report(ProfileDiagnostic.MISSING_KEY, section.location(), "'" + key.name() + "' (" + key.doc()
                        + ") is missing in section '" + type.name() + "'");
            }
        }
        for (SectionType inner : type.sections()) {
            if (inner.occurs() != Occurs.AT_MOST_ONCE
                    && section.sections().keySet().stream().noneMatch(n -> n.key().equals(inner.name()))) {
                sink.report(ProfileDiagnostic.MISSING_KEY, section.location(), "section '" + inner.name() + "' ("
                        + inner.doc() + ") is missing in '" + type.name() + "'");
            }
        }
    }

    private void unknown(String key, ProfileSection.Entry entry, SectionType type) {
        sink.report(ProfileDiagnostic.UNKNOWN_KEY, entry.location(), "'" + key + "' is not known in section '"
                + type.name() + "'", Names.suggestion(key, type.names()));
    }

    private void unknown(ProfileSection.Name name, ProfileSection inner, SectionType type) {
        if (Names.nearest(name.key(), type.names()).isPresent()) {
            sink.report(ProfileDiagnostic.UNKNOWN_KEY, inner.location(), "'" + name.key()
                    + "' is not known in section '" + type.name() + "'", Names.suggestion(name.key(), type.names()));
        } else {
            sink.report(ProfileDiagnostic.OUTSIDE_TEMPLATE, inner.location(), "'" + name.key()
                    + "' is no unit of the template '" + type.name() + "', which has "
                    + String.join(", ", type.sections().stream().map(SectionType::name).toList()));
        }
    }

    private void checkInner(ProfileSection.Name name, ProfileSection inner, SectionType type) {
        List<SectionType.Label> labels = type.labels();
        if (name.labels().size() != labels.size()) {
            sink.report(ProfileDiagnostic.WRONG_LABEL, inner.location(), "'" + type.name() + "' takes "
                    + (labels.isEmpty() ? "no words" : String.join(" and ", labels.stream()
                            .map(SectionType.Label::meaning).toList())) + " before its brace");
        }
        for (int i = 0; i < Math.min(labels.size(), name.labels().size()); i++) {
            List<String> choices = labels.get(i).choices();
            String word = name.labels().get(i);
            if (!choices.isEmpty() && !choices.contains(word)) {
                sink.report(ProfileDiagnostic.WRONG_LABEL, inner.location(), "'" + word + "' as "
                        + labels.get(i).meaning() + " of '" + type.name() + "': one of " + String.join(", ", choices),
                        Names.suggestion(word, choices));
            }
        }
        check(inner, type);
    }

    private void check(ProfileSection.Entry entry, KeyType key) {
        if (key.kind() == KeyType.Kind.WORDS) {
            entry.values().stream().filter(ProfileSection.Item::isNumber).forEach(v ->
                    wrong(v, "'" + key.name() + "' takes a list of words"));
            return;
        }
        if (entry.values().size() != 1) {
            sink.report(ProfileDiagnostic.WRONG_VALUE, entry.location(), "'" + key.name() + "' takes one value");
            return;
        }
        ProfileSection.Item item = entry.values().getFirst();
        switch (key.kind()) {
            case TEXT -> {
                if (item.isNumber()) {
                    wrong(item, "'" + key.name() + "' takes a word or a text in quotes");
                }
            }
            case CHOICE -> {
                if (!key.choices().contains(item.text())) {
                    wrong(item, "'" + key.name() + "' is one of " + String.join(", ", key.choices()),
                            Names.suggestion(item.text(), key.choices()));
                }
            }
            case ROUNDING -> {
                try {
                    Rounding.parse(item.text());
                } catch (IllegalArgumentException e) {
                    wrong(item, e.getMessage());
                }
            }
            case NUMBER -> number(entry, item, key);
            case WORDS -> throw new IllegalStateException();
        }
    }

    private void number(ProfileSection.Entry entry, ProfileSection.Item item, KeyType key) {
        List<String> units = key.dimension().accepted();
        if (!item.isNumber()) {
            wrong(item, "'" + key.name() + "' takes a number" + in(units));
            return;
        }
        if (!units.contains(item.unit())) {
            List<String> notes = new ArrayList<>();
            if (!item.unit().isEmpty() && !units.getFirst().isEmpty()) {
                notes.addAll(List.of(Names.suggestion(item.unit(), units)));
            }
            sink.report(ProfileDiagnostic.WRONG_UNIT, item.location(), "'" + key.name() + "' takes a number"
                    + in(units), notes.toArray(String[]::new));
            return;
        }
        if (!key.dimension().needsClock(item.unit())) {
            double value = key.dimension().convert(item.text(), item.unit(), 0);
            if (value < key.least() || value > key.most() || key.whole() && value != Math.rint(value)) {
                wrong(item, "'" + key.name() + "' is " + range(key));
            }
        } else if (item.text().startsWith("-")) {
            wrong(item, "'" + key.name() + "' is not negative");
        }
        if (entry.source().isEmpty()) {
            sink.report(ProfileDiagnostic.MISSING_SOURCE, entry.location(), "'" + key.name() + "' names no source");
        }
    }

    private static String in(List<String> units) {
        return units.getFirst().isEmpty() ? " without a unit" : " in " + String.join(", ", units);
    }

    private static String range(KeyType key) {
        String unit = key.dimension().units().getFirst();
        String number = key.whole() ? "a whole number" : "a number";
        if (key.least() == Double.MIN_VALUE) {
            return number + " above 0";
        }
        if (!key.whole()) {
            return number + " of at least 0";
        }
        return number + " from " + (long) key.least() + " to " + (long) key.most() + (unit.isEmpty() ? "" : " " + unit);
    }

    private void wrong(ProfileSection.Item item, String message, String... notes) {
        sink.report(ProfileDiagnostic.WRONG_VALUE, item.location(), message, notes);
    }
}
