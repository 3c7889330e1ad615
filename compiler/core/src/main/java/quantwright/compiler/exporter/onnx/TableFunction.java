package quantwright.compiler.exporter.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import quantwright.compiler.quant.RealFunctions;
import quantwright.ir.arith.ActivationTable;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Elu;
import quantwright.ir.op.HardSigmoid;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.Op;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.QuantizedType;

/** Finds the function that a table was filled from: the one that fills a table with the same 256 entries. */
final class TableFunction {
    private static final List<UnaryKind> KINDS = List.of(UnaryKind.SIGMOID, UnaryKind.TANH, UnaryKind.HARD_SWISH,
            UnaryKind.GELU, UnaryKind.ABS, UnaryKind.NEG, UnaryKind.SQRT, UnaryKind.ERF, UnaryKind.SOFTPLUS,
            UnaryKind.EXP, UnaryKind.LOG, UnaryKind.RECIPROCAL, UnaryKind.SIN, UnaryKind.COS);
    private static final int MOST_DIGITS = 9;

    private TableFunction() {
    }

    /**
     * The function behind a table, as an op that ONNX has one operator for.
     *
     * @param table 256 stored results
     * @param in type of the operand
     * @param out type of the result
     */
    static Optional<Op> of(Tensor table, QuantizedType.PerTensor in, QuantizedType.PerTensor out) {
        List<Op> candidates = new ArrayList<>();
        leakyRelu(table, in, out).ifPresent(candidates::add);
        KINDS.forEach(kind -> candidates.add(new Unary(kind)));
        candidates.add(new HardSigmoid(1f / 6, 0.5f));
        candidates.add(new HardSigmoid(0.2f, 0.5f));
        candidates.add(new Elu(1));
        int[] entries = entries(table);
        return candidates.stream().filter(op -> Arrays.equals(entries, fill(op, in, out))).findFirst();
    }

    private static int[] fill(Op op, QuantizedType.PerTensor in, QuantizedType.PerTensor out) {
        return ActivationTable.fill(RealFunctions.of(op), in.scale(), in.zeroPoint(), (int) in.storage().minValue(),
                out.scale(), new QuantRange(out.zeroPoint(), (int) out.storage().minValue(),
                        (int) out.storage().maxValue()));
    }

    /**
     * The LeakyRelu whose slope has the fewest decimal digits of those that give the table's negative side. Entry q
     * bounds the slope by (q - z - 1/2) * s_out and (q - z + 1/2) * s_out over the operand.
     */
    private static Optional<Op> leakyRelu(Tensor table, QuantizedType.PerTensor in, QuantizedType.PerTensor out) {
        double low = Double.NEGATIVE_INFINITY;
        double high = Double.POSITIVE_INFINITY;
        for (int i = 0; i < table.size(); i++) {
            double x = (double) in.scale() * (i + in.storage().minValue() - in.zeroPoint());
            long q = table.integer(i);
            if (x < 0) {
                double a = (q - out.zeroPoint() - 0.5) * out.scale() / x;
                double b = (q - out.zeroPoint() + 0.5) * out.scale() / x;
                low = q == out.storage().maxValue() ? low : Math.max(low, Math.min(a, b));
                high = q == out.storage().minValue() ? high : Math.min(high, Math.max(a, b));
            }
        }
        if (!(low < high) || Double.isInfinite(low) || Double.isInfinite(high)) {
            return Optional.empty();
        }
        double middle = (low + high) / 2;
        for (int digits = 0; digits <= MOST_DIGITS; digits++) {
            double unit = Math.pow(10, digits);
            float slope = (float) (Math.rint(middle * unit) / unit);
            LeakyRelu op = new LeakyRelu(slope);
            if (slope > low && slope < high && Arrays.equals(fill(op, in, out), entries(table))) {
                return Optional.of(op);
            }
        }
        return Optional.empty();
    }

    private static int[] entries(Tensor table) {
        int[] entries = new int[table.size()];
        Arrays.setAll(entries, i -> (int) table.integer(i));
        return entries;
    }
}
