package quantwright.ir.interp;

/** Weights [groups * outputs, k] as rows [groups * k][outputs]: the outputs of a group innermost. */
final class Columns {
    /** Rows written at once: few enough streams for the caches, a whole cache line of each weight row read. */
    private static final int TILE = 16;

    private Columns() {
    }

    static float[][] of(float[] w, int groups, int outputs, int k) {
        float[][] rows = new float[groups * k][outputs];
        for (int g = 0; g < groups; g++) {
            for (int first = 0; first < k; first += TILE) {
                int end = Math.min(first + TILE, k);
                for (int o = 0; o < outputs; o++) {
                    for (int i = first; i < end; i++) {
                        rows[g * k + i][o] = w[(g * outputs + o) * k + i];
                    }
                }
            }
        }
        return rows;
    }

    static int[][] of(int[] w, int groups, int outputs, int k) {
        int[][] rows = new int[groups * k][outputs];
        for (int g = 0; g < groups; g++) {
            for (int first = 0; first < k; first += TILE) {
                int end = Math.min(first + TILE, k);
                for (int o = 0; o < outputs; o++) {
                    for (int i = first; i < end; i++) {
                        rows[g * k + i][o] = w[(g * outputs + o) * k + i];
                    }
                }
            }
        }
        return rows;
    }
}
