package quantwright.tests.npu;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.NpuMachine;

/**
 * The numbers of the Ethos-U profiles that no document states, and the search that fits them: constant cycles of a tile in
 * the array, of a vector instruction and of a DMA instruction, the same on every part.
 *
 * @param pipeline {@code npu.array.pipeline}
 * @param start {@code npu.vector.start}
 * @param setup {@code npu.dma.setup}
 */
record EthosFit(int pipeline, int start, int setup) {
    /** Values that are tried. */
    private static final List<Integer> LADDER = List.of(0, 1, 2, 4, 8, 16, 32, 64);

    /** The numbers of a profile. */
    static EthosFit of(NpuMachine m) {
        return new EthosFit(m.array().pipelineCycles(), m.vector().startCycles(), m.dma().setupCycles());
    }

    /** A profile with these numbers in place of its own. */
    HardwareProfile in(HardwareProfile p) {
        NpuMachine m = p.npu().orElseThrow();
        NpuMachine.MacArray a = m.array();
        NpuMachine.VectorUnit v = m.vector();
        NpuMachine.Dma d = m.dma();
        NpuMachine fitted = new NpuMachine(
                new NpuMachine.MacArray(a.structure(), a.dataflow(), a.rows(), a.columns(), a.positions(),
                        a.stationaryBuffers(), a.loadCycles(), a.tapsTogether(), pipeline, a.depthwiseMacs(),
                        a.depthwiseTaps(), a.cellLeakageWatts()),
                m.types(), m.accumulators(),
                new NpuMachine.VectorUnit(v.requantize(), v.elementwise(), v.pool(), v.lookup(), v.softmax(), v.move(), start,
                        v.elementPicojoules(), v.leakageWatts(), v.outputPool()), m.scratchpad(),
                new NpuMachine.Dma(d.bytesPerCycle(), d.alignment(), d.burstBytes(), setup, d.bytePicojoules()), m.dram(),
                m.flash(), m.semaphores(), m.limits(), m.points(), m.control());
        return new HardwareProfile(p.id(), p.summary(), Optional.empty(), Optional.of(fitted), p.quantization(), Map.of(), "");
    }

    /**
     * Coordinate descent from 0: as long as one number, one step up or down the ladder, lowers the objective, the step that
     * lowers it most is taken.
     */
    static EthosFit search(ToDoubleFunction<EthosFit> objective) {
        Map<EthosFit, Double> known = new HashMap<>();
        EthosFit best = new EthosFit(0, 0, 0);
        while (true) {
            EthosFit from = best;
            double least = known.computeIfAbsent(best, objective::applyAsDouble);
            for (EthosFit next : from.neighbours()) {
                double value = known.computeIfAbsent(next, objective::applyAsDouble);
                if (value < least) {
                    least = value;
                    best = next;
                }
            }
            if (best.equals(from)) {
                return best;
            }
        }
    }

    private List<EthosFit> neighbours() {
        return java.util.stream.Stream.of(-1, 1).flatMap(by -> java.util.stream.Stream.of(
                        new EthosFit(step(pipeline, by), start, setup), new EthosFit(pipeline, step(start, by), setup),
                        new EthosFit(pipeline, start, step(setup, by))))
                .filter(n -> !n.equals(this)).toList();
    }

    private static int step(int value, int by) {
        return LADDER.get(Math.clamp(LADDER.indexOf(value) + by, 0, LADDER.size() - 1));
    }
}
