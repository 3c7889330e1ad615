package quantwright.backend.llvm.lower;

import java.util.List;
import java.util.function.Supplier;
import quantwright.backend.KernelOffer;
import quantwright.ir.Node;

/** Turns one family of TILE nodes into kernel calls. */
interface NodeLowering {
    /** The calls that compute the node, or the reason why this family cannot. */
    sealed interface Result {
        /**
         * The node's kernel calls.
         *
         * @param calls in order
         * @param macs multiply-accumulates
         * @param offers tells which kernels were considered; asked for only where someone wants to know
         */
        record Calls(List<KernelCall> calls, long macs, Supplier<List<KernelOffer>> offers) implements Result {
            /** Calls of a family with one way to compute the node. */
            Calls(List<KernelCall> calls, long macs) {
                this(calls, macs, List::of);
            }
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
