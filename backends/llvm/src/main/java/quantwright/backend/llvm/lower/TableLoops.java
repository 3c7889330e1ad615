package quantwright.backend.llvm.lower;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import quantwright.backend.llvm.loops.LookupKernel;
import quantwright.backend.llvm.loops.LoopNest;
import quantwright.backend.llvm.text.IrType;
import quantwright.ir.Node;
import quantwright.ir.data.Tensor;
import quantwright.ir.type.ScalarType;

/** Tables over all values of 8- and 16-bit types, in any encoding. */
final class TableLoops implements NodeLowering {
    @Override
    public Result lower(Node node, LoweringContext cx) {
        if (!TileOps.isConstant(node.operand(1))) {
            return new Result.Rejected("the table must be a constant");
        }
        Placement in = cx.placement(node.operand(0));
        Placement out = cx.placement(node.result());
        LookupKernel kernel = new LookupKernel(LoopNest.of(out.type().shape().toArray(), in.strides(), out.strides()),
                memoryType(in), memoryType(out), Loops.isInPlace(in, out));
        return NodeLowering.calls(new KernelCall(kernel.name(), kernel, kernel::emit,
                bytes(TileOps.constant(node.operand(1)).toTensor(), in, out),
                List.of(Movement.whole(in), Movement.whole(out))));
    }

    private static IrType memoryType(Placement p) {
        return p.type().storage().bits() == 8 ? IrType.I8 : IrType.I16;
    }

    /** The table by bits in memory. */
    private static byte[] bytes(Tensor table, Placement in, Placement out) {
        ScalarType from = in.type().storage();
        int sign = from.minValue() < 0 ? 1 << from.bits() - 1 : 0;
        int width = out.type().storage().bits() / 8;
        var stored = ByteBuffer.allocate(table.size() * width).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < table.size(); i++) {
            // Entry i is for value i + min; as bits that is i, the sign bit turned if the type is signed.
            int at = i ^ sign ^ in.flip();
            long entry = table.integer(i) ^ out.flip();
            if (width == 1) {
                stored.put(at, (byte) entry);
            } else {
                stored.putShort(2 * at, (short) entry);
            }
        }
        return stored.array();
    }
}
