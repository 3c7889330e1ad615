package quantwright.backend.jvm.runtime;

import java.util.Arrays;
import quantwright.ir.arith.FloatReduce;

/** {@link FloatReduce#sum} with its lanes in registers. */
final class Lanes {
    private Lanes() {
    }

    /**
     * Sum of {@code n} elements of {@code x} from {@code from} on.
     *
     * @param lanes scratch of at least {@link FloatReduce#LANES}
     */
    static float sum(float[] x, int from, int n, float[] lanes) {
        Arrays.fill(lanes, 0, FloatReduce.LANES, 0f);
        eight(x, from, n, lanes, 0);
        eight(x, from, n, lanes, 8);
        int whole = n & -FloatReduce.LANES;
        for (int i = whole; i < n; i++) {
            lanes[i - whole] += x[from + i];
        }
        return FloatReduce.addTree(lanes);
    }

    /** Eight lanes, over the whole groups of 16. */
    private static void eight(float[] x, int from, int n, float[] lanes, int first) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        float e = 0;
        float f = 0;
        float g = 0;
        float h = 0;
        for (int i = from + first; i < from + (n & -FloatReduce.LANES); i += FloatReduce.LANES) {
            a += x[i];
            b += x[i + 1];
            c += x[i + 2];
            d += x[i + 3];
            e += x[i + 4];
            f += x[i + 5];
            g += x[i + 6];
            h += x[i + 7];
        }
        lanes[first] = a;
        lanes[first + 1] = b;
        lanes[first + 2] = c;
        lanes[first + 3] = d;
        lanes[first + 4] = e;
        lanes[first + 5] = f;
        lanes[first + 6] = g;
        lanes[first + 7] = h;
    }
}
