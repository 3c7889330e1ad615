package quantwright.backend.jvm;

import java.util.Arrays;
import quantwright.backend.jvm.runtime.ComputedProduct;
import quantwright.backend.jvm.runtime.Finish;
import quantwright.backend.jvm.runtime.Geometry;
import quantwright.backend.jvm.runtime.MatrixProduct;
import quantwright.ir.arith.Scales;
import quantwright.ir.op.MatMul;
import quantwright.ir.op.QMatMul;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Steps of products of two activations, and of convolutions whose weights are no constants. */
final class ComputedProducts {
    private ComputedProducts() {
    }

    static void conv(Site site, Window2d window, int groups, Finish finish, boolean wide) {
        Shape x = site.type(0).shape();
        Geometry geometry = ProductLowering.geometry(window, x, x.dim(3), site.result().shape());
        int[] runs = new int[geometry.taps()];
        Arrays.setAll(runs, i -> geometry.tap(i / window.kernelW(), i % window.kernelW()));
        add(site, geometry, groups, runs, site.type(1).dim(3), finish, wide);
    }

    static void dense(Site site, Finish finish, boolean wide) {
        int n = site.type(1).dim(0);
        int k = site.type(1).dim(1);
        add(site, ProductLowering.rowOfPixels(n == 0 ? 0 : site.size() / n, k), 1, new int[] {0}, k, finish, wide);
    }

    private static void add(Site site, Geometry geometry, int groups, int[] runs, int length, Finish finish,
            boolean wide) {
        int[] zeros = {0};
        if (site.type(1).isQuantized()) {
            QuantizedType weights = site.type(1).quantized();
            zeros = new int[weights.scaleCount()];
            Arrays.setAll(zeros, weights::zeroPoint);
        }
        int bias = finish == null && site.operands() > 2 ? site.in(2) : -1;
        site.add(new ComputedProduct(site.in(0), site.in(1), bias, site.out(), geometry, groups,
                site.type(1).dim(0) / groups, site.storage(0), ProductLowering.zero(site), site.storage(1), zeros, runs,
                length, wide, finish));
    }

    static void matmul(MatMul op, Site site) {
        site.requireFloat(0);
        site.requireFloat(1);
        matmul(site, op.transposeB(), 0, 0, null);
    }

    static void matmul(QMatMul op, Site site) {
        ProductLowering.narrow(site, 0);
        ProductLowering.narrow(site, 1);
        ProductLowering.requireWideForm(site, op.rounding());
        QuantizedType.PerTensor a = Site.perTensor(site.type(0));
        QuantizedType b = site.type(1).quantized();
        site.require(b.isSymmetric() || b instanceof QuantizedType.PerTensor,
                "zero points along an axis have no kernel");
        site.require(!b.isBlocked(), "scales of blocks have no kernel");
        if (b instanceof QuantizedType.PerAxis p) {
            site.require(p.axis() == site.type(1).rank() - (op.transposeB() ? 2 : 1), "scales lie along axis "
                    + p.axis());
        }
        TensorType result = site.result();
        Finish finish;
        if (result.element() == ScalarType.I32) {
            finish = new Finish.Raw(new int[0]);
        } else {
            double[] factors = new double[b.scaleCount()];
            Arrays.setAll(factors, o -> Scales.productFactor(a.scale(), b.scale(o), Site.perTensor(result).scale()));
            finish = ProductLowering.rescaling(new int[0], op.rounding(), factors,
                    ProductLowering.range(result, op.clamp()), site.resultStorage());
        }
        matmul(site, op.transposeB(), a.zeroPoint(), b.scaleCount() == 1 ? b.zeroPoint(0) : 0, finish);
    }

    private static void matmul(Site site, boolean transposed, int leftZero, int rightZero, Finish finish) {
        TensorType result = site.result();
        int m = result.dim(-2);
        int n = result.dim(-1);
        int k = site.type(0).dim(-1);
        int left = site.expanded(0, result.shape().with(-1, k));
        Shape right = result.shape().with(-2, transposed ? n : k).with(-1, transposed ? k : n);
        int expanded = site.expanded(1, right);
        site.touch(left);
        site.add(new MatrixProduct(left, expanded, site.out(), site.storage(0), site.storage(1), leftZero, rightZero,
                (int) result.shape().product(0, result.rank() - 2), m, k, n, transposed,
                finish != null && ProductLowering.isWide(site),
                finish));
    }
}
