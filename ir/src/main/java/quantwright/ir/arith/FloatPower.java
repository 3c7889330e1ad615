package quantwright.ir.arith;

/** Power of f32 in the operations {@link FloatMath} describes. */
public final class FloatPower {
    private static final float TWO_THIRDS = 0x1.555556p-1f;
    private static final float TWO_THIRDS_LOW = -0x1.555556p-26f;

    private FloatPower() {
    }

    /**
     * {@code base^exponent}, special values as IEEE 754-2019 pow; 2.5 ulp. Exponents 1, 2 and 0.5 are {@code base},
     * {@code base * base} and {@code sqrt(|base|)} for a base that is not negative.
     * <ol>
     * <li>{@code e}, {@code m} of |base| as in {@link FloatMath#log}; {@code f = m - 1}; {@code p = m + 1},
     * {@code pl = m - (p - 1)}; {@code i = 1 / p}; {@code s = f * i};
     * {@code sl = fma(-s, pl, fma(-s, p, f)) * i};
     * <li>the series {@code 2s + s^3 W(s^2)}, degree 3, with {@code s^2}, {@code s^3}, {@code W} and their product each
     * kept as a high and a low part by fma: {@code series + lo};
     * <li>{@code eh = e * ln2 high} (15 bits, exact); {@code sum = eh + series};
     * {@code rest = (series - (sum - eh)) + fma(e, ln2 low, lo)}; {@code h = sum + rest};
     * {@code l = rest - (h - sum)}: log |base| = h + l;
     * <li>{@code t = exponent * h}; {@code tl = fma(exponent, l, fma(exponent, h, -t))}; if |t| > 200, t is clamped to
     * +-200 and tl is 0;
     * <li>{@code v = exp(t)}; {@code v + (v is infinite ? 0 : v * tl)};
     * <li>selects for special operands, and the sign for a negative base with an odd exponent.
     * </ol>
     */
    public static float pow(float base, float exponent) {
        float a = FloatMath.abs(base);
        float magnitude = magnitude(a, exponent);
        float inf = Float.POSITIVE_INFINITY;
        magnitude = exponent == 2f ? a * a : magnitude;
        magnitude = exponent == 1f ? a : magnitude;
        magnitude = exponent == 0.5f ? FloatMath.sqrt(a) : magnitude;
        magnitude = a == 0f ? exponent < 0f ? inf : 0f : magnitude;
        magnitude = a == inf ? exponent < 0f ? 0f : inf : magnitude;
        boolean whole = FloatMath.rint(exponent) == exponent;
        float half = exponent * 0.5f;
        boolean odd = whole && FloatMath.rint(half) != half;
        boolean negative = Float.floatToRawIntBits(base) < 0;
        float result = negative && odd ? -magnitude : magnitude;
        result = base < 0f && !whole && a < inf ? Float.NaN : result;
        result = base != base || exponent != exponent ? Float.NaN : result;
        boolean one = base == 1f || exponent == 0f || base == -1f && FloatMath.abs(exponent) == inf;
        return one ? 1f : result;
    }

    private static float magnitude(float a, float exponent) {
        boolean small = a < Float.MIN_NORMAL;
        float v = small ? a * 0x1p23f : a;
        int bits = Float.floatToRawIntBits(v);
        int i = bits - 0x3f2aaaab;
        float e = (float) (i >> 23) + (small ? -23f : 0f);
        float m = Float.intBitsToFloat(bits - (i & 0xff800000));
        float f = m - 1f;
        float p = m + 1f;
        float pl = m - (p - 1f);
        float inverse = 1f / p;
        float s = f * inverse;
        float sl = Math.fma(-s, p, f);
        sl = Math.fma(-s, pl, sl);
        sl = sl * inverse;
        float u = s * s;
        float ul = Math.fma(s, s, -u);
        ul = Math.fma(s + s, sl, ul);
        float w = 0x1.edf1d2p-3f;
        w = Math.fma(w, u, 0x1.23e634p-2f);
        w = Math.fma(w, u, 0x1.999beep-2f);
        float wh = Math.fma(w, u, TWO_THIRDS);
        float wl = Math.fma(w, u, TWO_THIRDS - wh);
        wl = wl + TWO_THIRDS_LOW;
        float cube = s * u;
        float cubeLow = Math.fma(s, u, -cube);
        cubeLow = Math.fma(s, ul, cubeLow);
        cubeLow = Math.fma(sl, u, cubeLow);
        float x = cube * wh;
        float xl = Math.fma(cube, wh, -x);
        xl = Math.fma(cube, wl, xl);
        xl = Math.fma(cubeLow, wh, xl);
        float hi = s + s;
        float series = hi + x;
        float lo = x - (series - hi);
        xl = Math.fma(2f, sl, xl);
        lo = lo + xl;
        float eh = e * 0x1.62e4p-1f;
        float sum = eh + series;
        float rest = series - (sum - eh);
        float el = Math.fma(e, 0x1.7f7d1cp-20f, lo);
        rest = rest + el;
        float h = sum + rest;
        float kept = h - sum;
        float l = rest - kept;
        float t = exponent * h;
        float tl = Math.fma(exponent, h, -t);
        tl = Math.fma(exponent, l, tl);
        tl = FloatMath.abs(t) > 200f ? 0f : tl;
        t = t > 200f ? 200f : t;
        t = t < -200f ? -200f : t;
        float y = FloatMath.exp(t);
        float extra = y * tl;
        return y + (y == Float.POSITIVE_INFINITY ? 0f : extra);
    }
}
