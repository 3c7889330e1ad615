package quantwright.simulator.functional;

import quantwright.npu.isa.MachineParameters;

/** Accumulators, whose sums wrap at their width. */
sealed interface AccumulatorMemory {

    /** Adds a row of sums modulo 2^32 (or, if {@code accumulate} is not set, stores it). */
    void add(int word, int[] sums, int from, int count, boolean accumulate);

    /** Adds a row of exact sums (or stores it). */
    void add(int word, long[] sums, int from, int count, boolean accumulate);

    /** One accumulator. */
    long get(int word);

    /** Whether sums modulo 2^32 are all this memory needs. */
    boolean narrow();

    /** A memory of zeros. */
    static AccumulatorMemory of(MachineParameters machine) {
        int bits = machine.accumulatorBits();
        return bits <= 32 ? new Narrow(new int[machine.accumulatorWords()], 32 - bits)
            : new Wide(new long[machine.accumulatorWords()], 64 - bits);
    }

    /** Up to 32 bits; the words are kept sign-extended. */
    record Narrow(int[] words, int unused) implements AccumulatorMemory {
        @Override
        public void add(int word, int[] sums, int from, int count, boolean accumulate) {
            for (int i = 0; i < count; i++) {
                int sum = sums[from + i] + (accumulate ? words[word + i] : 0);
                words[word + i] = sum << unused >> unused;
            }
        }

        @Override
        public void add(int word, long[] sums, int from, int count, boolean accumulate) {
            for (int i = 0; i < count; i++) {
                int sum = (int) sums[from + i] + (accumulate ? words[word + i] : 0);
                words[word + i] = sum << unused >> unused;
            }
        }

        @Override
        public long get(int word) {
            return words[word];
        }

        @Override
        public boolean narrow() {
            return true;
        }
    }

    /** More than 32 bits. */
    record Wide(long[] words, int unused) implements AccumulatorMemory {
        @Override
        public void add(int word, int[] sums, int from, int count, boolean accumulate) {
            for (int i = 0; i < count; i++) {
                long sum = sums[from + i] + (accumulate ? words[word + i] : 0);
                words[word + i] = sum << unused >> unused;
            }
        }

        @Override
        public void add(int word, long[] sums, int from, int count, boolean accumulate) {
            for (int i = 0; i < count; i++) {
                long sum = sums[from + i] + (accumulate ? words[word + i] : 0);
                words[word + i] = sum << unused >> unused;
            }
        }

        @Override
        public long get(int word) {
            return words[word];
        }

        @Override
        public boolean narrow() {
            return false;
        }
    }
}
