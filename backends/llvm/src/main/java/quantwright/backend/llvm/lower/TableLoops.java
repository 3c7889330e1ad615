package quantwright.backend.llvm.lower;

import java.util.List;
import quantwright.backend.llvm.loops.LookupKernel;
import quantwright.backend.llvm.loops.LoopNest;
import quantwright.ir.Node;
import quantwright.ir.type.ScalarType;

/** 256-entry tables: bytewise lookup of any 8-bit type in any encoding. */
final class TableLoops implements NodeLowering {
    @Override
    public Result lower(Node node, LoweringContext cx) {
        if (!TileOps.isConstant(node.operand(1))) {
            return new Result.Rejected("the table must be a constant");
        }
        Placement in = cx.placement(node.operand(0));
        Placement out = cx.placement(node.result());
        byte[] table = TileOps.constant(node.operand(1)).toTensor().bytes();
        LookupKernel kernel = new LookupKernel(LoopNest.of(out.type().shape().toArray(), in.strides(), out.strides()),
                Loops.isInPlace(in, out));
        return NodeLowering.calls(new KernelCall(kernel.name(), kernel, kernel::emit, bytes(table, in, out),
                List.of(Movement.whole(in), Movement.whole(out))));
    }

    /** The table by bytes in memory. */
    private static byte[] bytes(byte[] table, Placement in, Placement out) {
        int sign = in.type().storage() == ScalarType.I8 ? 0x80 : 0;
        byte[] stored = new byte[table.length];
        for (int i = 0; i < table.length; i++) {
            // Entry i is for value i + min; as a byte that is i, its sign bit turned if the type is signed.
            stored[i ^ sign ^ in.flip()] = (byte) (table[i] ^ out.flip());
        }
        return stored;
    }
}
