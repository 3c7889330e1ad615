package quantwright.compiler.data;

import java.nio.file.Path;
import java.util.Optional;
import quantwright.compiler.importer.FormatException;

/** Opens data sets. */
public final class DataSets {
    private DataSets() {
    }

    /**
     * Opens an {@code .npz} with samples {@code x} and, if labelled, labels {@code y}.
     *
     * @param path the archive
     * @return its data set
     * @throws FormatException if it is damaged or has no {@code x}
     */
    public static DataSet npz(Path path) throws FormatException {
        var arrays = NpzFile.read(path);
        var x = arrays.get("x");
        if (x == null) {
            throw new FormatException(DataDiagnostic.UNSUPPORTED_FORM, path.toString(), "",
                "has no array 'x'; it has " + arrays.keySet(),
                "save with numpy.savez(file, x=samples, y=labels)");
        }
        return new ArrayDataSet(path.toString(), x, Optional.ofNullable(arrays.get("y")));
    }
}
