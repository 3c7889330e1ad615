package quantwright.compiler.search.solve;

import java.math.BigInteger;
import java.util.List;

/**
 * Rules out alternatives that no optimal assignment can hold, by Lagrangian bounds: for multipliers {@code m >= 0},
 * every assignment within the limits costs at least {@code sum_g min_c (f(g,c) + sum_k m_k w_k(g,c)) - sum_k m_k W_k}, and
 * one that holds a given alternative at least as much more as that alternative's term is above its group's least. What
 * that puts above a known assignment's cost is out; what it puts level stays, so that every optimum is kept. Multipliers
 * are found in floating point; the bounds that decide are exact integers.
 *
 * <p>Source: M. L. Fisher, "The Lagrangian Relaxation Method for Solving Integer Programming Problems", Management Science
 * 27(1), 1981; pegging after D. Pisinger, "A minimal algorithm for the multiple-choice knapsack problem", EJOR 83, 1995.
 * Costs of two groups together are left out of the bound, which they could only raise.
 */
final class Pegging {
    private static final int DENOMINATOR_BITS = 40;
    private static final int ASCENT_STEPS = 300;
    private static final int BISECTION_STEPS = 60;
    private static final int PATIENCE = 12;

    /**
     * An upper bound of a row's sum over groups.
     *
     * @param row the row
     * @param limit greatest sum
     */
    record Limit(int row, long limit) {
    }

    /** Tells whether an assignment of groups is within all budgets. */
    interface Feasibility {
        boolean fits(int[] assignment);
    }

    private final Groups groups;
    private final int objective;
    private final List<Limit> limits;
    private final Feasibility feasibility;
    private final double[] unit;
    private double[] best;
    private double bestBound = Double.NEGATIVE_INFINITY;
    private int[] incumbent;
    private long incumbentCost = Long.MAX_VALUE;

    Pegging(Groups groups, int objective, List<Limit> limits, Feasibility feasibility) {
        this.groups = groups;
        this.objective = objective;
        this.limits = limits;
        this.feasibility = feasibility;
        this.unit = new double[limits.size()];
        for (int k = 0; k < unit.length; k++) {
            double span = 0;
            for (int g = 0; g < groups.size(); g++) {
                long most = 0;
                for (int c = 0; c < groups.choices(g); c++) {
                    most = Math.max(most, groups.cost(g, c, limits.get(k).row()));
                }
                span += most;
            }
            unit[k] = Math.max(1, span);
        }
        this.best = new double[limits.size()];
    }

    /** Finds good multipliers and, on the way, an assignment; rules out what it can. */
    void run() {
        evaluate(best);
        ascend();
        for (int k = 0; k < limits.size(); k++) {
            bisect(k);
        }
        if (incumbent != null) {
            ruleOutAbove(incumbentCost);
        }
    }

    /** The best assignment met within all budgets, or null. */
    int[] incumbent() {
        return incumbent;
    }

    /** Rules out the alternatives of which every assignment costs more than {@code cost}. */
    void ruleOutAbove(long cost) {
        BigInteger[] m = new BigInteger[limits.size()];
        BigInteger bound = BigInteger.ZERO;
        for (int k = 0; k < m.length; k++) {
            m[k] = BigInteger.valueOf((long) Math.clamp(best[k] * (1L << DENOMINATOR_BITS), 0, 0x1p62));
            bound = bound.subtract(m[k].multiply(BigInteger.valueOf(limits.get(k).limit())));
        }
        BigInteger[][] terms = new BigInteger[groups.size()][];
        BigInteger[] least = new BigInteger[groups.size()];
        for (int g = 0; g < groups.size(); g++) {
            terms[g] = new BigInteger[groups.choices(g)];
            for (int c : groups.left(g)) {
                BigInteger term = BigInteger.valueOf(groups.cost(g, c, objective)).shiftLeft(DENOMINATOR_BITS);
                for (int k = 0; k < m.length; k++) {
                    term = term.add(m[k].multiply(BigInteger.valueOf(groups.cost(g, c, limits.get(k).row()))));
                }
                terms[g][c] = term;
                least[g] = least[g] == null ? term : least[g].min(term);
            }
            bound = bound.add(least[g]);
        }
        BigInteger slack = BigInteger.valueOf(cost).shiftLeft(DENOMINATOR_BITS).subtract(bound);
        for (int g = 0; g < groups.size(); g++) {
            for (int c : groups.left(g)) {
                if (terms[g][c].subtract(least[g]).compareTo(slack) > 0) {
                    groups.ruleOut(g, c);
                }
            }
        }
    }

    /** Subgradient ascent with Polyak's step. */
    private void ascend() {
        double[] m = best.clone();
        double scale = 1;
        int stale = 0;
        for (int step = 0; step < ASCENT_STEPS && limits.size() > 1; step++) {
            double before = bestBound;
            double[] excess = evaluate(m);
            stale = bestBound > before ? 0 : stale + 1;
            if (stale == PATIENCE) {
                scale /= 2;
                stale = 0;
                m = best.clone();
            }
            double norm = 0;
            for (int k = 0; k < m.length; k++) {
                norm += excess[k] / unit[k] * (excess[k] / unit[k]);
            }
            if (norm == 0) {
                return;
            }
            double target = incumbent == null ? Math.abs(bestBound) + 1 : incumbentCost - bestBound + 1;
            for (int k = 0; k < m.length; k++) {
                m[k] = Math.max(0, m[k] + scale * target * excess[k] / norm / (unit[k] * unit[k]));
            }
        }
    }

    /** Maximizes the bound over one multiplier: its excess falls as the multiplier grows. */
    private void bisect(int k) {
        double[] m = best.clone();
        double high = Math.max(1, m[k]);
        m[k] = high;
        for (int i = 0; i < BISECTION_STEPS && evaluate(m)[k] > 0; i++) {
            high *= 4;
            m[k] = high;
        }
        double low = 0;
        for (int i = 0; i < BISECTION_STEPS; i++) {
            m[k] = (low + high) / 2;
            if (evaluate(m)[k] > 0) {
                low = m[k];
            } else {
                high = m[k];
            }
        }
    }

    /** Takes note of the bound and the assignment at some multipliers; gives each limit's excess. */
    private double[] evaluate(double[] m) {
        int[] assignment = new int[groups.size()];
        double[] excess = new double[m.length];
        double bound = 0;
        for (int k = 0; k < m.length; k++) {
            excess[k] = -(double) limits.get(k).limit();
            bound -= m[k] * limits.get(k).limit();
        }
        for (int g = 0; g < assignment.length; g++) {
            double least = Double.POSITIVE_INFINITY;
            for (int c = 0; c < groups.choices(g); c++) {
                double term = groups.isAlive(g, c) ? groups.cost(g, c, objective) : Double.POSITIVE_INFINITY;
                for (int k = 0; k < m.length; k++) {
                    term += m[k] * groups.cost(g, c, limits.get(k).row());
                }
                if (term < least) {
                    least = term;
                    assignment[g] = c;
                }
            }
            bound += least;
            for (int k = 0; k < m.length; k++) {
                excess[k] += groups.cost(g, assignment[g], limits.get(k).row());
            }
        }
        if (bound > bestBound) {
            bestBound = bound;
            best = m.clone();
        }
        boolean within = true;
        for (double e : excess) {
            within &= e <= 0;
        }
        if (within && cost(assignment) < incumbentCost && feasibility.fits(assignment)) {
            improve(assignment);
        }
        return excess;
    }

    /** Takes a feasible assignment and betters it group by group. */
    private void improve(int[] assignment) {
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int g = 0; g < assignment.length; g++) {
                int kept = assignment[g];
                for (int c : groups.left(g)) {
                    assignment[g] = c;
                    if (groups.cost(g, c, objective) < groups.cost(g, kept, objective) && feasibility.fits(assignment)) {
                        kept = c;
                        changed = true;
                    }
                }
                assignment[g] = kept;
            }
        }
        long cost = cost(assignment);
        if (cost < incumbentCost) {
            incumbentCost = cost;
            incumbent = assignment.clone();
        }
    }

    /** Objective of an assignment, with what its groups cost together. */
    private long cost(int[] assignment) {
        long sum = 0;
        for (int g = 0; g < assignment.length; g++) {
            sum += groups.cost(g, assignment[g], objective);
        }
        for (Boundary b : groups.boundaries()) {
            if (b.firstChoices().contains(assignment[b.first()]) && b.secondChoices().contains(assignment[b.second()])) {
                sum += b.costs().get(objective);
            }
        }
        return sum;
    }
}
