package acme.backend;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import quantwright.backend.Executor;
import quantwright.backend.vendor.VendorModel;
import quantwright.ir.Node;
import quantwright.ir.data.Tensor;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.type.TensorType;

/** Executes a stream on memories laid out as the plan says, so that a wrong place shows as a wrong result. */
final class AcmeExecutor implements Executor {
    private final VendorModel model;
    private final List<Stream.Command> commands;
    private final List<Node> nodes;

    AcmeExecutor(VendorModel model, byte[] stream) {
        this.model = model;
        this.commands = Stream.decode(stream);
        this.nodes = model.tile().nodes();
    }

    @Override
    public String description() {
        return "acme";
    }

    @Override
    public List<Tensor> run(List<Tensor> inputs) {
        return run(inputs, (name, tensor) -> { });
    }

    @Override
    public List<Tensor> run(List<Tensor> inputs, Trace trace) {
        byte[] arena = new byte[(int) model.arenaBytes()];
        List<byte[]> in = inputs.stream().map(Tensor::pack).toList();
        List<byte[]> out = new ArrayList<>();
        model.tile().outputs().forEach(v -> out.add(new byte[(int) model.place(v).bytes()]));
        for (Stream.Command command : commands) {
            Node node = nodes.get(command.node());
            List<Tensor> operands = new ArrayList<>();
            for (int i = 0; i < command.operands().size(); i++) {
                operands.add(read(memory(command.operands().get(i), in, out, arena), command.operands().get(i),
                        node.operand(i).type()));
            }
            Tensor result = Interpreter.evaluate(node.op(), operands, List.of(node.result().type())).getFirst();
            byte[] packed = result.pack();
            System.arraycopy(packed, 0, memory(command.result(), in, out, arena), (int) command.result().offset(),
                    packed.length);
            trace.materialised(node.result().name(), result);
        }
        List<Tensor> results = new ArrayList<>();
        model.tile().outputs().forEach(v -> results.add(read(memory(model.place(v), in, out, arena), model.place(v),
                v.type())));
        return results;
    }

    private byte[] memory(VendorModel.Place place, List<byte[]> in, List<byte[]> out, byte[] arena) {
        return switch (place.space()) {
            case INPUT -> in.get(place.index());
            case OUTPUT -> out.get(place.index());
            case CONSTANT -> model.constants();
            case ARENA -> arena;
        };
    }

    private static Tensor read(byte[] memory, VendorModel.Place place, TensorType type) {
        int from = (int) place.offset();
        return Tensor.unpack(type, MemorySegment.ofArray(Arrays.copyOfRange(memory, from, from + (int) place.bytes())));
    }

    @Override
    public void close() {
    }
}
