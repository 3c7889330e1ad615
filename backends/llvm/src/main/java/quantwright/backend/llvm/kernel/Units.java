package quantwright.backend.llvm.kernel;

import java.util.function.Consumer;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.Value;

/** The walk over a kernel's units: over all of them, or in code for slices over those from one to another. */
final class Units {
    private final FunctionBuilder f;
    private final Value begin;
    private final Value end;

    private Units(FunctionBuilder f, Value begin, Value end) {
        this.f = f;
        this.begin = begin;
        this.end = end;
    }

    /** All units. */
    static Units all(FunctionBuilder f) {
        return new Units(f, null, null);
    }

    /** What a function with such {@link KernelParameters} walks. */
    static Units of(FunctionBuilder f, boolean residual, boolean sliced) {
        int first = residual ? 4 : 3;
        return sliced ? new Units(f, f.param(first), f.param(first + 1)) : all(f);
    }

    /**
     * Walks.
     *
     * @param full units that are alike
     * @param body what is done for each, by index
     * @param rest what is done for one more that is smaller; null if there is none
     */
    void each(long full, Consumer<Value> body, Runnable rest) {
        if (begin == null) {
            f.loop(0, full, 1, body);
            if (rest != null) {
                rest.run();
            }
            return;
        }
        if (full > 0) {
            f.loop(begin, f.umin(end, Value.i64(full)), 1, new Value[0], (i, none) -> {
                body.accept(i);
                return none;
            });
        }
        if (rest != null) {
            f.when(f.icmp("sgt", end, Value.i64(full)), rest);
        }
    }
}
