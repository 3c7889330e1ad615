package quantwright.compiler.search;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import quantwright.backend.CompileRequest.Progress;
import quantwright.compiler.driver.DriverDiagnostic;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.ir.diag.FileFault;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

/**
 * Cost tables as files. A table is written when it is complete; until then what was measured is in a file beside it, whose
 * name ends in {@code .unfinished}, and an interrupted measurement goes on from there.
 */
public final class CostFile {
    private static final String UNFINISHED = ".unfinished";
    private final CostMeter meter;
    private final List<LayerPrecision> precisions;
    private final int rounds;

    /**
     * Tables of one model on one chip.
     *
     * @param precisions what each layer may have, the preferred first
     * @param rounds measurements of each model
     */
    public CostFile(CostMeter meter, List<LayerPrecision> precisions, int rounds) {
        this.meter = meter;
        this.precisions = List.copyOf(precisions);
        this.rounds = rounds;
    }

    /**
     * A table that the user names.
     *
     * @throws UserErrorException if it is damaged, or of another model, chip or list of precisions
     */
    public CostTable given(Path file) {
        CostTable table = read(file);
        if (!meter.fits(table, precisions)) {
            throw new UserErrorException(SearchDiagnostic.BAD_TABLE, Location.file(file),
                    "it is of another model, profile or list of precisions: profile " + table.profile() + ", precisions "
                    + String.join(",", table.precisions()));
        }
        return table;
    }

    /** The table that is in the file, if it is of the same; else one made anew and written there. */
    public CostTable kept(Path file, Progress progress) {
        if (Files.isRegularFile(file)) {
            CostTable table = read(file);
            if (meter.fits(table, precisions)) {
                return table;
            }
        }
        return make(file, progress);
    }

    /** A table made anew, but for what an interrupted measurement left, and written. */
    public CostTable make(Path file, Progress progress) {
        Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
        CostTable table = meter.table(precisions, rounds, unfinished, progress);
        Tables.write(file, Tables.text(table));
        try {
            Files.deleteIfExists(unfinished);
        } catch (IOException e) {
            throw new UserErrorException(DriverDiagnostic.NOT_WRITABLE, Location.file(unfinished), FileFault.reason(e));
        }
        return table;
    }

    /**
     * Reads a table.
     *
     * @throws UserErrorException if it is damaged
     */
    static CostTable read(Path file) {
        CostTable table = Tables.read(file, CostTable.class, CostTable.FORMAT);
        table.fault().ifPresent(fault -> {
            throw new UserErrorException(SearchDiagnostic.BAD_TABLE, Location.file(file), fault);
        });
        return table;
    }
}
