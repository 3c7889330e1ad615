package quantwright.cli;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import quantwright.compiler.data.NpyFile;
import quantwright.compiler.data.NumericArray;
import quantwright.compiler.data.NumericType;

/** Writes data for tests. */
final class Samples {
    private Samples() {
    }

    static void write(Path file, float[] values, long... shape) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        NpyFile.write(file, new NumericArray(NumericType.F32, shape, MemorySegment.ofArray(bytes.array())));
    }
}
