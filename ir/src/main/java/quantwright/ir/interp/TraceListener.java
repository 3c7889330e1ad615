package quantwright.ir.interp;

import quantwright.ir.Value;
import quantwright.ir.data.Tensor;

/** Sees every value as it is computed: calibration, comparison and dumps use it. */
@FunctionalInterface
public interface TraceListener {
    /** {@code value} now holds {@code tensor}; the listener must not change it. */
    void computed(Value value, Tensor tensor);
}
