package quantwright.profiles;

import java.util.List;

/**
 * What one core of a CPU does in time and energy. Times are in cycles of the core's clock, energies in picojoules at the
 * nominal voltage, powers in watts.
 *
 * @param points operating points, the nominal one first
 * @param products what each pair of types costs
 * @param issue vector instructions other than products per cycle
 * @param caches levels, innermost first
 * @param dram main memory as one core sees it
 * @param core energy and power of what is not listed above: fetch, decode, clock tree
 */
public record CpuPerformance(List<NpuMachine.OperatingPoint> points, List<Product> products, double issue,
                             List<Cache> caches, NpuMachine.ExternalMemory dram, NpuMachine.Control core) {
    /** Copies the lists. */
    public CpuPerformance {
        points = List.copyOf(points);
        products = List.copyOf(products);
        caches = List.copyOf(caches);
    }

    /** The operating point that energies and bandwidths are stated at. */
    public NpuMachine.OperatingPoint nominal() {
        return points.getFirst();
    }

    /** Index of the innermost cache that holds so many bytes; the number of caches for main memory. */
    public int level(double bytes) {
        int l = 0;
        while (l < caches.size() && bytes > caches.get(l).bytes()) {
            l++;
        }
        return l;
    }

    /** Bytes a cycle at the nominal clock from a {@link #level}. */
    public double bytesPerCycle(int level) {
        return level < caches.size() ? caches.get(level).bytesPerCycle() : dram.bytesPerSecond() / nominal().hertz();
    }

    /**
     * A pair of operand types.
     *
     * @param activations type of activations: {@code i8}, {@code i16} or {@code f32}
     * @param weights type of weights
     * @param macsPerCycle multiply-accumulates per cycle, operands in registers
     * @param macPicojoules energy of one, instruction overhead included
     */
    public record Product(String activations, String weights, double macsPerCycle, double macPicojoules) {
    }

    /**
     * A level of the memory hierarchy.
     *
     * @param level {@code l1}, {@code l2} or {@code l3}
     * @param bytes capacity that one core may count on
     * @param bytesPerCycle bandwidth of reads
     * @param latencyCycles from load to use
     * @param bytePicojoules energy to read or write a byte
     */
    public record Cache(String level, long bytes, double bytesPerCycle, double latencyCycles, double bytePicojoules) {
    }
}
