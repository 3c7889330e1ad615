package quantwright.backend;

import java.util.Optional;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dense;
import quantwright.ir.op.MatMul;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QMatMul;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.Reshape;
import quantwright.profiles.CpuMachine;
import quantwright.profiles.CpuPerformance;
import quantwright.profiles.CpuPerformance.Product;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.NpuMachine.ExternalMemory;

/**
 * What layers cost on one core of a CPU, in closed form, from the performance its profile states: the roofline of S. Williams
 * et al. (CACM 2009) with a term for the instructions that are no products. A layer takes the greatest of three times:
 * <ul>
 * <li>its products at the throughput of their types, outputs rounded up to whole vectors and sums to groups of four;
 * depthwise products are lanewise and count as other instructions;</li>
 * <li>its other instructions at the issue rate: loads and unpacking of weights, once for each register tile of pixels,
 * requantization of results, moves;</li>
 * <li>its bytes at the bandwidth of the innermost level that holds them all at once.</li>
 * </ul>
 * and the latency of that level once. Energy is that of the products, of each byte at every level it passes, of the core's
 * cycles, and leakage and memory background over the time.
 */
public final class CpuCostOracle implements CostOracle {
    /** Pixels whose sums are held in registers together. */
    private static final int TILE_PIXELS = 8;
    private static final int DOT = 4;
    private static final int LANE_BITS = 32;
    /** Convert, multiply, clamp, round, add, and narrowing and a store shared by four. */
    private static final double REQUANTIZE = 6;
    private static final int FLOAT_BITS = 32;
    private static final double PICO = 1e-12;

    /** An oracle. */
    public CpuCostOracle() {
    }

    @Override
    public Optional<String> refusal(HardwareProfile profile) {
        return profile.cpu().flatMap(CpuMachine::performance).isPresent() ? Optional.empty() : Optional.of("profile "
                + profile.id() + " states no performance of its cpu: throughput and energy of each pair of types, bandwidth"
                + " and energy of caches and dram, energy and leakage of the core");
    }

    @Override
    public LayerCost cost(Node node, Precision precision, HardwareProfile profile) {
        CpuMachine machine = profile.cpu().orElseThrow(() -> new IllegalArgumentException("profile " + profile.id()
                + " is no CPU"));
        CpuPerformance performance = machine.performance().orElseThrow(() -> new IllegalArgumentException(
                refusal(profile).orElseThrow()));
        if (node.op() instanceof Constant || node.op() instanceof Reshape || node.op() instanceof QReinterpret) {
            return new LayerCost(true, 0, 0, 0, 0, 0, 0);
        }
        return Work.of(node, precision, machine, performance).map(w -> cost(w, performance)).orElse(LayerCost.UNSUPPORTED);
    }

    private static LayerCost cost(Work work, CpuPerformance performance) {
        double bytes = work.weightBytes + work.mapBytes;
        int level = performance.level(bytes);
        boolean external = level == performance.caches().size();
        double hertz = performance.nominal().hertz();
        ExternalMemory dram = performance.dram();
        double latency = external ? dram.latencySeconds() * hertz : performance.caches().get(level).latencyCycles();
        double compute = Math.max(work.productCycles, work.instructions / performance.issue());
        double cycles = Math.max(compute, bytes / performance.bytesPerCycle(level)) + latency;
        double seconds = cycles / hertz;
        double picojoules = work.productPicojoules + performance.core().cyclePicojoules() * cycles;
        for (int l = 0; l < Math.min(level + 1, performance.caches().size()); l++) {
            picojoules += performance.caches().get(l).bytePicojoules() * (l == 0 ? work.registerBytes : bytes);
        }
        picojoules += external ? dram.bytePicojoules() * bytes : 0;
        double joules = picojoules * PICO + (performance.core().leakageWatts() + dram.backgroundWatts()) * seconds;
        return new LayerCost(true, cycles, seconds, joules, Math.round(work.weightBytes),
                external ? Math.round(bytes) : 0, 0);
    }

    /** What a node does, by the machine's counts. */
    private record Work(double productCycles, double productPicojoules, double instructions, double registerBytes,
                        double weightBytes, double mapBytes) {
        static Optional<Work> of(Node node, Precision precision, CpuMachine machine, CpuPerformance performance) {
            Optional<Product> product = product(precision, performance);
            double lanes = (double) machine.vectorBits() / LANE_BITS;
            double vector = machine.vectorBits() / 8.0;
            double width = precision.activationBits() / 8.0;
            long outputs = elements(node.results().getFirst());
            double maps = outputs * width;
            for (Value v : node.operands()) {
                maps += isConstant(v) ? 0 : elements(v) * width;
            }
            // Each result is one lane of arithmetic and a requantization; each byte moved is loaded or stored.
            double finish = outputs / lanes * (precision.activationBits() == FLOAT_BITS ? 2 : REQUANTIZE);
            if (product.isEmpty()) {
                return Optional.empty();
            }
            if (!isProduct(node)) {
                return Optional.of(new Work(0, 0, finish + maps / vector, maps, 0, maps));
            }
            Product p = product.get();
            long weights = elements(node.operand(1));
            int channels = node.results().getFirst().type().dim(-1);
            double depth = (double) weights / channels;
            double pixels = (double) outputs / channels;
            double macs = outputs * depth;
            double stored = weights * precision.weightBits() / 8.0;
            boolean lanewise = groups(node) > 1 && node.operand(1).type().dim(-1) == 1;
            double passes = Math.ceil(pixels / TILE_PIXELS);
            double unpacked = weights * Math.min(width, p.weights().equals("f32") ? Float.BYTES : 1) / vector;
            // A register of fewer bits is shifted and masked into each register that is multiplied.
            double unpack = precision.weightBits() < 8 ? unpacked : 0;
            double loads = stored / vector + pixels / TILE_PIXELS * depth * width / DOT;
            double instructions = passes * (loads + unpack) + finish + (lanewise ? 2 * macs / lanes : 0);
            int group = p.weights().equals("f32") ? 1 : DOT;
            double padded = pixels * Math.ceil(channels / lanes) * lanes * Math.ceil(depth / group) * group;
            return Optional.of(new Work(lanewise ? 0 : padded / p.macsPerCycle(), macs * p.macPicojoules(), instructions,
                    passes * stored + maps, stored, maps));
        }

        private static Optional<Product> product(Precision precision, CpuPerformance performance) {
            String type = precision.activationBits() == FLOAT_BITS ? "f32" : "i" + precision.activationBits();
            return performance.products().stream().filter(p -> p.activations().equals(type)).findFirst();
        }

        private static boolean isProduct(Node node) {
            return switch (node.op()) {
                case Conv2d _, QConv2d _, Dense _, QDense _, MatMul _, QMatMul _ -> true;
                default -> false;
            };
        }

        private static int groups(Node node) {
            return switch (node.op()) {
                case Conv2d c -> c.groups();
                case QConv2d c -> c.groups();
                default -> 1;
            };
        }

        private static boolean isConstant(Value v) {
            return !v.isInput() && v.producer().op() instanceof Constant;
        }

        private static long elements(Value v) {
            return v.type().shape().elementCount();
        }
    }
}
