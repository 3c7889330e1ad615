package quantwright.backend.llvm.cases;

import quantwright.backend.llvm.kernel.Activations;
import quantwright.backend.llvm.kernel.ConvParameters;
import quantwright.backend.llvm.kernel.ConvSpec;
import quantwright.backend.llvm.kernel.Epilogue;
import quantwright.backend.llvm.kernel.EpilogueValues;
import quantwright.backend.llvm.kernel.Window;

/** The definition of an integer convolution and its epilogue, element by element. */
public final class ConvOracle {
    private ConvOracle() {
    }

    /** Reads q of the padded input. */
    public interface Input {
        int at(int y, int x, int c);
    }

    public static long accumulator(ConvSpec s, ConvParameters p, Input in, int y, int x, int oc) {
        Window w = s.window();
        int icg = s.in().channels() / s.groups();
        int group = oc / (s.out().channels() / s.groups());
        long acc = p.bias() == null ? 0 : p.bias()[oc];
        for (int ky = 0; ky < w.height(); ky++) {
            for (int kx = 0; kx < w.width(); kx++) {
                for (int c = 0; c < icg; c++) {
                    int iy = y * w.strideHeight() + ky * w.dilationHeight() - w.padTop();
                    int ix = x * w.strideWidth() + kx * w.dilationWidth() - w.padLeft();
                    int q = in.at(iy, ix, group * icg + c) - p.inputZero();
                    acc += (long) q * p.weights()[((oc * w.height() + ky) * w.width() + kx) * icg + c];
                }
            }
        }
        // Only the sums of words may leave i32.
        return s.activations() == Activations.WORDS_LONG ? acc : (int) acc;
    }

    /** The i8 or i16 result (or the bits of the float result) of an accumulator. */
    public static int finish(Epilogue e, EpilogueValues v, long acc, int channel, int residual) {
        int q = switch (e.requantize()) {
            case Epilogue.Requantize.None n -> (int) acc;
            case Epilogue.Requantize.F32 f -> {
                float x = (float) acc * v.factors()[v.factors().length == 1 ? 0 : channel];
                x = Math.max(v.min() - v.zero(), Math.min(v.max() - v.zero(), x));
                yield (int) Math.rint(x) + v.zero();
            }
            case Epilogue.Requantize.Fixed f -> {
                int i = v.multipliers().length == 1 ? 0 : channel;
                long left = v.leftShifts() == null ? 0 : v.leftShifts()[i];
                long r = FixedOracle.scale(acc << left, v.multipliers()[i], v.shifts()[i], f.rounding());
                yield (int) Math.max(v.min(), Math.min(v.max(), r + v.zero()));
            }
        };
        if (e.table()) {
            q = v.table()[q + 128];
        }
        if (e.residual() == Epilogue.Residual.F32) {
            EpilogueValues.Add a = v.add();
            float s = (float) (q - a.zero1()) * a.m1() + (float) (residual - a.zero2()) * a.m2();
            s = Math.max(a.min() - a.zero(), Math.min(a.max() - a.zero(), s));
            q = (int) Math.rint(s) + a.zero();
        }
        return e.store() == Epilogue.Store.F32 ? Float.floatToRawIntBits((float) (q - v.zero()) * v.scale()) : q;
    }
}
