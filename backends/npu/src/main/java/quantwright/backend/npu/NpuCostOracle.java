package quantwright.backend.npu;

import java.util.List;
import java.util.Optional;
import quantwright.backend.CostOracle;
import quantwright.backend.npu.lower.CostLayers;
import quantwright.backend.npu.lower.Lowering;
import quantwright.backend.npu.lower.Support;
import quantwright.backend.npu.plan.CostModel;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Layer;
import quantwright.backend.npu.plan.Tiling;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.Quantize;
import quantwright.npu.isa.MachineParameters;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.NpuMachine;

/**
 * Costs of single layers in closed form, from the profile alone: the tiles that the compiler would choose, and the cycles
 * it expects of them. Maps are taken to stay in the scratchpad where a layer's own maps fit it, but for those that come
 * from or go to the host.
 */
public final class NpuCostOracle implements CostOracle {
    /** An oracle. */
    public NpuCostOracle() {
    }

    @Override
    public LayerCost cost(Node node, Precision precision, HardwareProfile profile) {
        NpuMachine machine = profile.npu().orElseThrow(() ->
                new IllegalArgumentException("profile " + profile.id() + " is no NPU"));
        MachineParameters parameters = Machines.parameters(machine);
        CostModel model = new CostModel(machine, parameters);
        if (CostLayers.isFree(node) || node.op() instanceof Quantize || node.op() instanceof Dequantize) {
            return new LayerCost(true, 0, 0, 0, 0, 0, 0);
        }
        Optional<Layer> layer = CostLayers.of(node, precision);
        if (layer.isEmpty() || !model.executes(precision)) {
            return LayerCost.UNSUPPORTED;
        }
        for (int i = 0; i < layer.get().inputs().size(); i++) {
            layer.get().inputs().get(i).widen(layer.get().halo(i));
        }
        return tile(layer.get(), node, model, new Support(machine, parameters)).map(t -> cost(t, layer.get(), model,
                precision.weightBits())).orElse(LayerCost.UNSUPPORTED);
    }

    /** As the compiler would cut it, the largest maps leaving the scratchpad until the rest fits. */
    private static Optional<Tiling> tile(Layer layer, Node node, CostModel model, Support support) {
        List<Value> values = node.operands().stream().filter(v -> layer.inputs().stream().anyMatch(f ->
                f.name().equals(v.name()) && f.type().shape().equals(v.type().shape()))).toList();
        for (int i = 0; i < layer.inputs().size(); i++) {
            layer.inputs().get(i).setResident(i >= values.size() || !comesFromHost(values.get(i), support));
        }
        layer.output().setResident(!goesToHost(node.results().getFirst(), support));
        while (true) {
            long maps = layer.output().isResident() ? layer.output().whole().bytes() : 0;
            Feature largest = layer.output().isResident() ? layer.output() : null;
            for (Feature f : layer.inputs()) {
                if (f.isResident()) {
                    maps += f.whole().bytes();
                    largest = largest == null || f.whole().bytes() > largest.whole().bytes() ? f : largest;
                }
            }
            long room = model.parameters().scratchpadBytes() - maps;
            Optional<Tiling> tiling = room <= 0 ? Optional.empty() : layer.tile(model, room);
            if (tiling.isPresent() || largest == null) {
                return tiling;
            }
            largest.setResident(false);
        }
    }

    private static boolean comesFromHost(Value v, Support support) {
        return v.isInput() || (Lowering.isAlias(v.producer()) ? comesFromHost(v.producer().operand(0), support)
                : isOnHost(v.producer(), support));
    }

    private static boolean goesToHost(Value v, Support support) {
        return v.producer().graph().isOutput(v) || v.users().stream().anyMatch(u -> Lowering.isAlias(u)
                ? goesToHost(u.result(), support) : isOnHost(u, support));
    }

    /** A float graph stands for the integer one it is to become. */
    private static boolean isOnHost(Node node, Support support) {
        return node.op() instanceof Quantize || node.op() instanceof Dequantize
                || !node.operands().isEmpty() && node.operand(0).type().isQuantized() && support.reason(node).isPresent();
    }

    private static LayerCost cost(Tiling tiling, Layer layer, CostModel model, int weightBits) {
        double cycles = tiling.cost().cycles();
        double seconds = cycles / model.machine().nominal().hertz();
        long resident = layer.output().isResident() ? layer.output().whole().bytes() : 0;
        for (Feature f : layer.inputs()) {
            resident += f.isResident() ? f.whole().bytes() : 0;
        }
        return new LayerCost(true, cycles, seconds, model.joules(tiling.cost().traffic(), cycles, layer.inputs()
                .getFirst().number().bits(), weightBits), tiling.cost().traffic().constants(),
                tiling.cost().traffic().external(),
                tiling.bytes(model.alignment()) + resident);
    }
}
