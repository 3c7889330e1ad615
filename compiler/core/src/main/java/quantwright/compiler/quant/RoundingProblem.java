package quantwright.compiler.quant;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Stored weights of one group of a layer for which the outputs are nearest to what they should be, in the mean square over
 * calibration data: with H the second moments of the inputs and t an output's best real weights, the least
 * {@code (t - s q)^T H (t - s q)} over stored values q.
 */
final class RoundingProblem {
    /** Share of the mean diagonal that is added to the diagonal, so that inputs that never vary do no harm. */
    private static final double DAMPING = 0.01;
    /**
     * The same where weights are corrected for what the layers before do: a correction that many inputs have to bear out.
     * With less, weights fit the errors of the calibration samples and no others.
     */
    private static final double CORRECTION_DAMPING = 4;
    /** Share of the moments that their rounding may reach. */
    private static final double CANCELLATION = 1e-10;
    private static final double LEAST_DAMPING = 1e-30;
    private static final int MOST_SWEEPS = 16;
    private static final int MOST_REFITS = 8;
    /** Scales tried are these twentieths of the one given. */
    private static final int LEAST_TWENTIETHS = 14;
    private static final int MOST_TWENTIETHS = 26;
    private final WeightBits bits;
    private final double[][] h;
    private final double[][] targets;
    private final double[][] steps;
    private final double[][] errors;

    /** Stored values found, for each output. */
    private final int[][] q;

    private RoundingProblem(WeightBits bits, double[][] h, double[][] targets, double[][] steps) {
        this.bits = bits;
        this.h = h;
        this.targets = targets;
        this.steps = steps;
        this.q = new int[targets.length][h.length];
        this.errors = new double[targets.length][h.length];
    }

    /**
     * Rounds the weights of one group.
     *
     * @param weights real weights for each output of the group
     * @param steps real step of each weight: its output's scale, times what its group multiplies that by; changes with it
     * @param scales scale of each output; overwritten where the rounding chooses scales too
     * @param least lower bound of each output's scale
     * @param how which methods are used; with bias correction the bias takes back the mean error, so that only what varies
     *     counts
     */
    static int[][] solve(double[][] weights, double[][] steps, double[] scales, double[] least, WeightBits bits,
            LayerMoments moments, WeightOptions how) {
        int n = moments.size();
        boolean central = how.biasCorrection();
        double damping = damping(moments, DAMPING, central);
        double[][] h = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                h[i][j] = moments.second(i, j, central) + (i == j ? damping : 0);
                h[j][i] = h[i][j];
            }
        }
        Integer[] order = IntStream.range(0, n).boxed().toArray(Integer[]::new);
        // The inputs that matter most are rounded first, while all others can still make good for them.
        Arrays.sort(order, Comparator.<Integer>comparingDouble(i -> h[i][i]).thenComparing(Comparator.reverseOrder()));
        double[][] permuted = new double[n][];
        for (int i = 0; i < n; i++) {
            permuted[i] = new double[i + 1];
            for (int j = 0; j <= i; j++) {
                permuted[i][j] = h[order[i]][order[j]];
            }
        }
        double[][] targets = moments.isCrossed() ? corrected(weights, moments, central) : weights;
        RoundingProblem problem = new RoundingProblem(bits, h, targets, steps);
        Cholesky factor = Cholesky.factor(permuted);
        if (how.range() == WeightRange.OUTPUT && bits != WeightBits.W1) {
            problem.chooseScales(scales, least, factor, order);
        }
        problem.successive(factor, order);
        if (how.rounding() != WeightRounding.GPTQ) {
            IntStream.range(0, weights.length).parallel().forEach(o -> {
                problem.descend(o);
                int left = how.rounding() == WeightRounding.ALTERNATING ? MOST_REFITS : 0;
                while (left-- > 0 && problem.refit(o, scales, least[o])) {
                    problem.descend(o);
                }
            });
        }
        return problem.q;
    }

    /** Takes for each output the scale whose successive rounding has the least error. */
    private void chooseScales(double[] scales, double[] least, Cholesky factor, Integer[] order) {
        int outputs = targets.length;
        double[] best = scales.clone();
        double[] error = new double[outputs];
        Arrays.fill(error, Double.POSITIVE_INFINITY);
        for (int i = LEAST_TWENTIETHS; i <= MOST_TWENTIETHS; i++) {
            double[][] tried = new double[outputs][];
            double[] scale = new double[outputs];
            for (int o = 0; o < outputs; o++) {
                scale[o] = (float) Math.max(scales[o] * i / 20, least[o]);
                tried[o] = scaled(steps[o], scale[o] / scales[o]);
            }
            double[] errors = new RoundingProblem(bits, h, targets, tried).successive(factor, order);
            for (int o = 0; o < outputs; o++) {
                if (errors[o] < error[o]) {
                    error[o] = errors[o];
                    best[o] = scale[o];
                }
            }
        }
        for (int o = 0; o < outputs; o++) {
            System.arraycopy(scaled(steps[o], best[o] / scales[o]), 0, steps[o], 0, h.length);
            scales[o] = best[o];
        }
    }

    private static double[] scaled(double[] steps, double by) {
        return Arrays.stream(steps).map(s -> s * by).toArray();
    }

    private static double damping(LayerMoments moments, double share, boolean central) {
        double trace = 0;
        double whole = 0;
        for (int i = 0; i < moments.size(); i++) {
            trace += moments.second(i, i, central);
            whole += moments.second(i, i, false);
        }
        // What is left of moments about a mean that is all there is to an input may be negative by rounding.
        return Math.max(Math.max(share * trace, CANCELLATION * whole) / moments.size(), LEAST_DAMPING);
    }

    /**
     * The weights that do best on the inputs the layer will have, not far from the given ones: with C the moments of those
     * inputs with the ones of the float model and r a ridge, {@code w + (H + r)^-1 (C - H) w}.
     */
    private static double[][] corrected(double[][] weights, LayerMoments moments, boolean central) {
        int n = moments.size();
        double ridge = damping(moments, CORRECTION_DAMPING, central);
        double[][] lower = new double[n][];
        double[][] difference = new double[n][n];
        IntStream.range(0, n).parallel().forEach(i -> {
            lower[i] = new double[i + 1];
            for (int j = 0; j < n; j++) {
                double second = moments.second(i, j, central);
                difference[i][j] = moments.cross(i, j, central) - second;
                if (j <= i) {
                    lower[i][j] = second + (i == j ? ridge : 0);
                }
            }
        });
        Cholesky factor = Cholesky.factor(lower);
        double[][] targets = new double[weights.length][];
        IntStream.range(0, weights.length).parallel().forEach(o -> {
            double[] b = new double[n];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    b[i] += difference[i][j] * weights[o][j];
                }
            }
            factor.solve(b);
            targets[o] = weights[o].clone();
            for (int i = 0; i < n; i++) {
                targets[o][i] += b[i];
            }
        });
        return targets;
    }

    /**
     * Rounds from the last of the order to the first. With L the factor, the error is the sum of the squares of
     * {@code L_ii e_i + sum over k > i of L_ki e_k}: each weight is rounded to what is nearest after the errors made so far.
     * Gives that error of each output.
     */
    private double[] successive(Cholesky factor, Integer[] order) {
        int n = h.length;
        int outputs = targets.length;
        double[][] carried = new double[n][outputs];
        double[] sums = new double[outputs];
        for (int i = n - 1; i >= 0; i--) {
            int at = order[i];
            double[] row = factor.row(i);
            double[] error = new double[outputs];
            for (int o = 0; o < outputs; o++) {
                double wanted = targets[o][at] + carried[i][o] / row[i];
                q[o][at] = bits.nearest(wanted / steps[o][at]);
                error[o] = targets[o][at] - steps[o][at] * q[o][at];
                errors[o][at] = error[o];
                double part = carried[i][o] + row[i] * error[o];
                sums[o] += part * part;
            }
            for (int k = 0; k < i; k++) {
                double by = row[k];
                double[] into = carried[k];
                for (int o = 0; o < outputs; o++) {
                    into[o] += by * error[o];
                }
            }
        }
        return sums;
    }

    /** Moves single values of one output while that lessens its error. */
    private void descend(int o) {
        int n = h.length;
        double[] e = errors[o];
        double[] g = new double[n];
        for (int k = 0; k < n; k++) {
            double by = e[k];
            for (int i = 0; i < n; i++) {
                g[i] += by * h[k][i];
            }
        }
        boolean moved = true;
        for (int sweep = 0; moved && sweep < MOST_SWEEPS; sweep++) {
            moved = false;
            for (int k = 0; k < n; k++) {
                int step = bits == WeightBits.W1 ? -2 * q[o][k] : g[k] > 0 ? 1 : -1;
                double change = -steps[o][k] * step;
                double gain = change * (2 * g[k] + change * h[k][k]);
                if (gain < 0 && Math.abs(q[o][k] + step) <= bits.limit()) {
                    q[o][k] += step;
                    e[k] += change;
                    for (int i = 0; i < n; i++) {
                        g[i] += change * h[k][i];
                    }
                    moved = true;
                }
            }
        }
    }

    /** Takes the scale of least error for an output's stored values; says whether that is another one. */
    private boolean refit(int o, double[] scales, double least) {
        int n = h.length;
        double cross = 0;
        double square = 0;
        for (int i = 0; i < n; i++) {
            double real = steps[o][i] * q[o][i];
            if (real != 0) {
                double t = 0;
                double own = 0;
                for (int j = 0; j < n; j++) {
                    t += h[i][j] * targets[o][j];
                    own += h[i][j] * steps[o][j] * q[o][j];
                }
                cross += real * t;
                square += real * own;
            }
        }
        double old = scales[o];
        double best = square > 0 ? (float) Math.max(old * (cross / square), least) : old;
        if (!(best >= Float.MIN_NORMAL) || best == old) {
            return false;
        }
        scales[o] = best;
        for (int i = 0; i < n; i++) {
            steps[o][i] *= best / old;
            errors[o][i] = targets[o][i] - steps[o][i] * q[o][i];
        }
        return true;
    }
}
