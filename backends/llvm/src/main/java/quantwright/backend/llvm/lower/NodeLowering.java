package quantwright.backend.llvm.lower;

import java.util.List;
import quantwright.ir.Node;

/** Turns one family of TILE nodes into kernel calls. */
interface NodeLowering {
    /** The calls that compute the node, or the reason why this family cannot. */
    sealed interface Result {
        /** The node's kernel calls. */
        record Calls(List<KernelCall> calls, long macs) implements Result {
        }

        /** No kernel takes the node. */
        record Rejected(String reason) implements Result {
        }
    }

    /** Lowers a node of this family. */
    Result lower(Node node, LoweringContext cx);

    /** Calls without multiply-accumulates. */
    static Result calls(KernelCall... calls) {
        return new Result.Calls(List.of(calls), 0);
    }
}
