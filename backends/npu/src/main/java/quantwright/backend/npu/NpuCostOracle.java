package quantwright.backend.npu;

import quantwright.backend.CostOracle;
import quantwright.backend.npu.lower.CostLayers;
import quantwright.backend.npu.lower.Support;
import quantwright.backend.npu.plan.CostModel;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Layer;
import quantwright.backend.npu.plan.Tiling;
import quantwright.ir.Node;
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
    private static final LayerCost NOTHING = new LayerCost(true, 0, 0, 0, 0, 0, 0);

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
            return NOTHING;
        }
        if (!model.executes(precision)) {
            return LayerCost.UNSUPPORTED;
        }
        Estimates estimates = new Estimates(model, new Support(machine, parameters));
        if (estimates.isMerged(node, precision)) {
            return NOTHING;
        }
        return estimates.of(node, precision).map(s -> cost(s.tiling(), s.layer(), model, precision.weightBits()))
                .orElse(LayerCost.UNSUPPORTED);
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
