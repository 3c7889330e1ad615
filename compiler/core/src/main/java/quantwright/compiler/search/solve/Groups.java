package quantwright.compiler.search.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The layers of a problem with tied ones merged, in the order of their first members, and which alternatives are left. */
final class Groups {
    private final AssignmentProblem problem;
    private final int[] groupOfLayer;
    private final long[][][] costs;
    private final boolean[][] alive;
    private final List<Boundary> boundaries = new ArrayList<>();

    private Groups(AssignmentProblem problem, int[] groupOfLayer, int count) {
        this.problem = problem;
        this.groupOfLayer = groupOfLayer;
        this.costs = new long[count][][];
        this.alive = new boolean[count][];
    }

    static Groups of(AssignmentProblem problem) {
        int layers = problem.layers().size();
        int[] leader = new int[layers];
        for (int i = 0; i < layers; i++) {
            leader[i] = i;
        }
        for (List<Integer> tie : problem.ties()) {
            // Ties that share a layer are one tie.
            Set<Integer> leaders = new HashSet<>();
            tie.forEach(l -> leaders.add(leader[l]));
            int first = leaders.stream().min(Integer::compare).orElseThrow();
            for (int i = 0; i < layers; i++) {
                leader[i] = leaders.contains(leader[i]) ? first : leader[i];
            }
        }
        int[] group = new int[layers];
        int count = 0;
        for (int i = 0; i < layers; i++) {
            group[i] = leader[i] == i ? count++ : group[leader[i]];
        }
        Groups groups = new Groups(problem, group, count);
        groups.sumUp();
        return groups;
    }

    private void sumUp() {
        int rows = problem.rowCount();
        for (int layer = 0; layer < groupOfLayer.length; layer++) {
            List<Choice> choices = problem.layers().get(layer).choices();
            int g = groupOfLayer[layer];
            if (costs[g] == null) {
                costs[g] = new long[choices.size()][rows];
                alive[g] = new boolean[choices.size()];
                Arrays.fill(alive[g], true);
            }
            for (int c = 0; c < choices.size(); c++) {
                add(costs[g][c], choices.get(c).costs());
            }
        }
        for (Boundary b : problem.boundaries()) {
            int first = groupOfLayer[b.first()];
            int second = groupOfLayer[b.second()];
            if (first != second) {
                boundaries.add(new Boundary(first, b.firstChoices(), second, b.secondChoices(), b.costs()));
                continue;
            }
            for (int c : b.firstChoices()) {
                if (b.secondChoices().contains(c)) {
                    add(costs[first][c], b.costs());
                }
            }
        }
    }

    private static void add(long[] sums, List<Long> more) {
        for (int r = 0; r < sums.length; r++) {
            sums[r] += more.get(r);
        }
    }

    int size() {
        return costs.length;
    }

    /** The first layer of a group. */
    int firstLayer(int group) {
        int layer = 0;
        while (groupOfLayer[layer] != group) {
            layer++;
        }
        return layer;
    }

    int choices(int group) {
        return costs[group].length;
    }

    long cost(int group, int choice, int row) {
        return costs[group][choice][row];
    }

    /** Costs of two groups together. */
    List<Boundary> boundaries() {
        return boundaries;
    }

    boolean isAlive(int group, int choice) {
        return alive[group][choice];
    }

    void ruleOut(int group, int choice) {
        alive[group][choice] = false;
    }

    /** The alternatives of a group that are left, in order. */
    List<Integer> left(int group) {
        List<Integer> left = new ArrayList<>();
        for (int c = 0; c < alive[group].length; c++) {
            if (alive[group][c]) {
                left.add(c);
            }
        }
        return left;
    }

    int countAll() {
        return Arrays.stream(alive).mapToInt(a -> a.length).sum();
    }

    int countLeft() {
        int n = 0;
        for (int g = 0; g < size(); g++) {
            n += left(g).size();
        }
        return n;
    }

    /** The assignment of layers that an assignment of groups means. */
    List<Integer> layers(int[] assignment) {
        return Arrays.stream(groupOfLayer).mapToObj(g -> assignment[g]).toList();
    }
}
