package quantwright.compiler.quant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;

class CholeskyTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 31, 32, 33, 200})
    void theFactorTimesItsTransposeIsTheMatrix(int n) {
        double[][] a = positive(n);
        Cholesky factor = Cholesky.factor(lower(a));
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                for (int k = 0; k <= j; k++) {
                    sum += factor.at(i, k) * factor.at(j, k);
                }
                assertEquals(a[i][j], sum, 1e-9 * n);
            }
        }
    }

    @Test
    void solves() {
        int n = 70;
        double[][] a = positive(n);
        double[] x = new Random(3).doubles(n).toArray();
        double[] b = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                b[i] += a[i][j] * x[j];
            }
        }
        Cholesky.factor(lower(a)).solve(b);
        assertArrayEquals(x, b, 1e-8);
    }

    @Test
    void aMatrixThatIsNotPositiveDefiniteIsRefused() {
        assertThrows(ArithmeticException.class, () -> Cholesky.factor(new double[][] {{1}, {2, 1}}));
    }

    private static double[][] positive(int n) {
        Random random = new Random(n);
        double[][] g = new double[n][n];
        double[][] a = new double[n][n];
        for (double[] row : g) {
            for (int j = 0; j < n; j++) {
                row[j] = random.nextGaussian();
            }
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (int k = 0; k < n; k++) {
                    a[i][j] += g[i][k] * g[j][k];
                }
                a[i][j] = a[i][j] / n + (i == j ? 0.1 : 0);
            }
        }
        return a;
    }

    private static double[][] lower(double[][] a) {
        double[][] lower = new double[a.length][];
        for (int i = 0; i < a.length; i++) {
            lower[i] = java.util.Arrays.copyOf(a[i], i + 1);
        }
        return lower;
    }
}
