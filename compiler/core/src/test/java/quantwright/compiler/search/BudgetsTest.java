package quantwright.compiler.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.UserErrorException;

class BudgetsTest {
    @Test
    void readsEveryFigureInItsUnits() {
        Budgets b = Budgets.parse("drop<=0.5%, latency<=2ms,size <= 100KiB,energy<=1.5uJ,arena<=64KB,bops<=2.5G");
        assertEquals(OptionalDouble.of(0.5), b.drop());
        assertEquals(Map.of(Figure.LATENCY, 2_000_000_000L, Figure.SIZE, 102_400L, Figure.ENERGY, 1_500_000_000L, Figure.ARENA,
                64_000L, Figure.BOPS, 2_500_000_000L), b.limits());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "latancy<=2ms         | QW-A0101 | did you mean 'latency'?",
        "accuracy<=2%         | QW-A0101 | ''",
        "size<=100Kib         | QW-A0102 | did you mean 'KiB'?",
        "latency<=2           | QW-A0102 | units: ns, us, ms, s",
        "latency<=2KiB        | QW-A0102 | units: ns, us, ms, s",
        "drop<=1              | QW-A0102 | units: %",
        "latency<2ms          | QW-A0102 | ''",
        "latency<=-2ms        | QW-A0102 | ''",
        "''                   | QW-A0102 | ''",
        "size<=1KiB,size<=2KiB| QW-A0103 | ''",
        "drop<=1%,drop<=2%    | QW-A0103 | ''"})
    void refusesWithTheNearestName(String text, String code, String note) {
        UserErrorException e = assertThrows(UserErrorException.class, () -> Budgets.parse(text));
        Diagnostic d = e.diagnostics().getFirst();
        assertEquals(code, d.code().id());
        assertTrue(note.isEmpty() || d.notes().contains(note), d.notes().toString());
    }

    @Test
    void namesEverythingThatIsWrong() {
        UserErrorException e = assertThrows(UserErrorException.class, () -> Budgets.parse("sise<=1KiB,latency<=1parsec"));
        assertEquals(2, e.diagnostics().size());
    }

    @Test
    void formatsForPeople() {
        assertEquals("1.500 ms", Figure.LATENCY.format(1_500_000_000L));
        assertEquals("139.9 KiB", Figure.SIZE.format(143_258));
        assertEquals("2.500 G", Figure.BOPS.format(2_500_000_000L));
    }
}
