package quantwright.backend.llvm.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * Shape of a depthwise kernel. Bytes of {@code width} neighbouring channels form a vector; in a packed row, several
 * pixels of few channels do, and the row is one run of bytes whose taps lie {@code channels} apart.
 *
 * @param rows      output rows computed together: each interleaved input row serves all that need it
 * @param columns   output pixels computed together from the same interleaved pixels
 * @param packedRow vectors span pixels
 * @param period    vectors after which the weights of a packed row repeat; else 1
 * @param blocks    full vectors in a pixel (or in a packed row's period)
 * @param tail      vector sizes in bytes for the remaining channels of a pixel (or bytes of a packed row)
 */
record DepthwiseTiling(int rows, int columns, boolean packedRow, int period, int blocks, List<Integer> tail) {

    static DepthwiseTiling choose(DepthwiseSpec s, VectorIsa isa) {
        Window w = s.window();
        int bytes = 4 * isa.lanes();
        int c = s.in().channels();
        int spare = (isa.registers() - 8) / 4;
        boolean dense = s.in().pixelPitch() == c && s.out().pixelPitch() == (long) c * s.epilogue().store().bytes()
            && (s.residual() == null || s.residual().pixelPitch() == c);
        int period = c / gcd(bytes, c);
        if (c < bytes && period <= 3 && w.strideWidth() == 1 && dense && s.out().width() * c >= bytes) {
            return new DepthwiseTiling(rows(s, Math.min(4, spare)), 1, true, period, 1, List.of());
        }
        int columns = 1;
        if (w.strideWidth() == 1 && w.dilationWidth() == 1) {
            // as many outputs as the pixels of whole groups of four allow
            columns = Math.min(Math.min((w.width() + 3) / 4 * 4 - w.width() + 1, spare), s.out().width());
            if (w.width() % 4 == 1 && spare >= 4) {
                columns = Math.min(4, s.out().width());
            }
        }
        int rows = rows(s, Math.min(3, Math.max(1, spare / columns)));
        return new DepthwiseTiling(rows, columns, false, 1, c / bytes, tail(c % bytes, bytes));
    }

    private static int rows(DepthwiseSpec s, int most) {
        int h = s.out().height();
        if (s.window().strideHeight() >= s.window().height()) {
            return 1;
        }
        for (int r = Math.min(most, h); r > 1; r--) {
            if (h % r == 0) {
                return r;
            }
        }
        return Math.min(most, h);
    }

    static List<Integer> tail(int left, int bytes) {
        var t = new ArrayList<Integer>();
        while (left > 0) {
            int b = bytes;
            while (b > 16 && b / 2 >= left) {
                b /= 2;
            }
            if (b > left && b > 16 && left > b / 2 && left <= b / 2 + b / 4) {
                // half a vector and a quarter cost less than a vector with a quarter to waste
                b /= 2;
            }
            t.add(b);
            left -= b;
        }
        return List.copyOf(t);
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
