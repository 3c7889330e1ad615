package quantwright.ir.arith;

/**
 * Elementary functions of f32 as fixed sequences of f32 operations, the same bits on every target.
 *
 * <p>Each method is written one IEEE operation per step, so that a code generator mirrors it line by line over vectors:
 * {@code +}, {@code -}, {@code *}, {@code /} and {@code sqrt} round to nearest even; {@code fma} is {@link Math#fma},
 * never contracted from anything else; {@code rint} rounds to integer half to even; {@code a > b ? c : d} is a quiet
 * comparison (false for NaN) and a select; {@code (int)} converts a value that is already an integer; bit casts and
 * integer add, shift and mask act on the float's 32 bits. Every branch is a select: both sides may be computed. Where a
 * NaN reaches an integer conversion its result is multiplied by NaN afterwards, so the integer does not matter. No FTZ
 * and no DAZ.
 *
 * <p>Polynomials are Horner chains of fma, highest degree first, fitted by iteratively reweighted least squares. The
 * error bounds given are those the tests check against double precision.
 */
public final class FloatMath {
    /** {@code log2 e}. */
    public static final float LOG2_E = 0x1.715476p+0f;
    static final float LN2_HI = 0x1.62e43p-1f;
    static final float LN2_LO = -0x1.05c61p-29f;
    private static final float SQRT_HALF = 0x1.6a09e6p-1f;
    private static final float SQRT_2_OVER_PI = 0x1.988454p-1f;

    private FloatMath() {
    }

    /**
     * Exponential; 1 ulp, subnormal results included.
     * <ol>
     * <li>clamp to [-104, 89] by two selects (NaN stays); beyond, the result is 0 or infinity anyway;
     * <li>{@code n = rint(x * log2 e)}; {@code r = fma(n, -ln2, x)} in two parts;
     * <li>{@code p = 1 + fma(r * r, P(r), r)}, degree 4;
     * <li>{@code k = (int) n}, {@code h = k >> 1}; {@code p * 2^h * 2^(k - h)}, the powers made from exponent bits: the
     * first product is exact, the second rounds once.
     * </ol>
     */
    public static float exp(float x) {
        float c = x > 89f ? 89f : x;
        c = c < -104f ? -104f : c;
        float n = rint(c * LOG2_E);
        float p = expFraction(c, n);
        int k = (int) n;
        int half = k >> 1;
        float low = Float.intBitsToFloat((half + 127) << 23);
        float high = Float.intBitsToFloat((k - half + 127) << 23);
        p = p * low;
        return p * high;
    }

    /** Steps 2 and 3 of {@link #exp}: {@code exp(x) / 2^n}, {@code n} being {@code rint(x * log2 e)}. */
    public static float expFraction(float x, float n) {
        float r = fma(n, -LN2_HI, x);
        r = fma(n, -LN2_LO, r);
        float p = 0x1.6a234ap-10f;
        p = fma(p, r, 0x1.123a6cp-7f);
        p = fma(p, r, 0x1.5558f4p-5f);
        p = fma(p, r, 0x1.55549p-3f);
        p = fma(p, r, 0x1.fffffcp-2f);
        float s = r * r;
        p = fma(s, p, r);
        return 1f + p;
    }

    /**
     * Natural logarithm; 1 ulp. Negative gives NaN, zero minus infinity.
     * <ol>
     * <li>a subnormal is multiplied by 2^23 and 23 taken off the exponent;
     * <li>{@code i = bits - 0x3f2aaaab}; {@code e = (float) (i >> 23)}; {@code m = bits - (i & 0xff800000)} as float in
     * [2/3, 4/3); {@code f = m - 1}, exact;
     * <li>{@code log m = f - f^2 / 2 + f^3 Q(f)}, degree 8; {@code r = fma(-0.5, f^2, fma(e, ln2 low, f^3 Q))};
     * <li>{@code fma(e, ln2 high, f + r)}.
     * </ol>
     */
    public static float log(float x) {
        float scaled = x * 0x1p23f;
        boolean small = x < Float.MIN_NORMAL;
        float v = small ? scaled : x;
        float bias = small ? -23f : 0f;
        int bits = Float.floatToRawIntBits(v);
        int i = bits - 0x3f2aaaab;
        float e = (float) (i >> 23) + bias;
        float f = Float.intBitsToFloat(bits - (i & 0xff800000)) - 1f;
        float s = f * f;
        float q = 0x1.ebcdc2p-4f;
        q = fma(q, f, -0x1.071142p-3f);
        q = fma(q, f, 0x1.b87eecp-4f);
        q = fma(q, f, -0x1.f389eep-4f);
        q = fma(q, f, 0x1.24f486p-3f);
        q = fma(q, f, -0x1.559908p-3f);
        q = fma(q, f, 0x1.99977ep-3f);
        q = fma(q, f, -0x1.ffff0ep-3f);
        q = fma(q, f, 0x1.555556p-2f);
        float cube = s * f;
        float r = cube * q;
        r = fma(e, LN2_LO, r);
        r = fma(-0.5f, s, r);
        r = f + r;
        r = fma(e, LN2_HI, r);
        r = x < Float.POSITIVE_INFINITY ? r : x;
        r = x > 0f ? r : Float.NaN;
        return x == 0f ? Float.NEGATIVE_INFINITY : r;
    }

    /**
     * Hyperbolic tangent; 2 ulp, odd, zero keeps its sign.
     * <ol>
     * <li>{@code a = |x|}; below 0.75: {@code fma(a^3, T(a^2), a)}, degree 6;
     * <li>otherwise {@code 1 - 2 / (exp(a + a) + 1)};
     * <li>the sign bit of x is put back.
     * </ol>
     */
    public static float tanh(float x) {
        float a = abs(x);
        float u = a * a;
        float t = -0x1.4bc6bcp-11f;
        t = fma(t, u, 0x1.853f66p-9f);
        t = fma(t, u, -0x1.19b21cp-7f);
        t = fma(t, u, 0x1.653e24p-6f);
        t = fma(t, u, -0x1.ba0972p-5f);
        t = fma(t, u, 0x1.1110c6p-3f);
        t = fma(t, u, -0x1.555554p-2f);
        float cube = u * a;
        float small = fma(cube, t, a);
        float e = exp(a + a);
        float d = e + 1f;
        float large = 1f - 2f / d;
        return copySign(a < 0.75f ? small : large, x);
    }

    /** Logistic: {@code z = exp(-|x|)}; {@code (x < 0 ? z : 1) / (1 + z)}. 2.5 ulp, small results included. */
    public static float sigmoid(float x) {
        float z = exp(-abs(x));
        float d = 1f + z;
        float n = x < 0f ? z : 1f;
        return n / d;
    }

    /**
     * Error function; 2 ulp, odd, zero keeps its sign.
     * <ol>
     * <li>{@code a = |x|}; below 0.9375: {@code fma(a, E(a^2), a)}, degree 6;
     * <li>otherwise {@code t = min(a, 4)} (select, NaN stays); {@code 1 - exp(t * G(t))}, degree 7;
     * <li>the sign bit of x is put back.
     * </ol>
     */
    public static float erf(float x) {
        float a = abs(x);
        float u = a * a;
        float p = 0x1.5ac32p-14f;
        p = fma(p, u, -0x1.a99efp-11f);
        p = fma(p, u, 0x1.54b5e4p-8f);
        p = fma(p, u, -0x1.b80cb4p-6f);
        p = fma(p, u, 0x1.ce2df4p-4f);
        p = fma(p, u, -0x1.812742p-2f);
        p = fma(p, u, 0x1.06eba8p-3f);
        float small = fma(a, p, a);
        float t = a > 4f ? 4f : a;
        float g = -0x1.38303p-18f;
        g = fma(g, t, 0x1.60f3aep-15f);
        g = fma(g, t, 0x1.1b5aa8p-14f);
        g = fma(g, t, -0x1.869ca8p-9f);
        g = fma(g, t, 0x1.74d3eep-6f);
        g = fma(g, t, -0x1.af799cp-4f);
        g = fma(g, t, -0x1.456b6p-1f);
        g = fma(g, t, -0x1.20e958p+0f);
        float large = 1f - exp(t * g);
        return copySign(a < 0.9375f ? small : large, x);
    }

    /** {@code 1 / sqrt(x)}: an IEEE square root and an IEEE division. */
    public static float rsqrt(float x) {
        return 1f / sqrt(x);
    }

    /** IEEE square root. */
    public static float sqrt(float x) {
        return (float) Math.sqrt(x);
    }

    /** {@code x * sigmoid(x)}. Minus infinity gives NaN. */
    public static float silu(float x) {
        return x * sigmoid(x);
    }

    /**
     * {@code log(1 + exp(x))}: {@code z = exp(-|x|)}; {@code u = 1 + z}; {@code l = log(u) + (z - (u - 1)) / u};
     * {@code l + (x > 0 ? x : 0)}.
     */
    public static float softplus(float x) {
        float z = exp(-abs(x));
        float u = 1f + z;
        float back = u - 1f;
        float lost = z - back;
        float l = log(u) + lost / u;
        float base = x > 0f ? x : 0f;
        return l + base;
    }

    /** {@code (0.5 * x) * (1 + erf(x * sqrt(1/2)))}. Source: ONNX Gelu. Minus infinity gives NaN. */
    public static float gelu(float x) {
        float h = 0.5f * x;
        float e = 1f + erf(x * SQRT_HALF);
        return h * e;
    }

    /**
     * {@code c = (x * x) * x}; {@code i = fma(0.044715, c, x)}; {@code (0.5 * x) * (1 + tanh(sqrt(2 / pi) * i))}.
     * Source: ONNX Gelu, approximate = tanh. Minus infinity gives NaN.
     */
    public static float geluTanh(float x) {
        float c = x * x;
        c = c * x;
        float i = fma(0.044715f, c, x);
        float h = 0.5f * x;
        float t = 1f + tanh(SQRT_2_OVER_PI * i);
        return h * t;
    }

    /**
     * {@code t = x * (1/6) + 0.5} (multiply, then add); clamp t to [0, 1] by selects; {@code x * t}. Source: ONNX
     * HardSwish.
     */
    public static float hardSwish(float x) {
        float t = x * (1f / 6f);
        t = t + 0.5f;
        t = t < 0f ? 0f : t;
        t = t > 1f ? 1f : t;
        return x * t;
    }

    /** Power: {@link FloatPower#pow}. */
    public static float pow(float base, float exponent) {
        return FloatPower.pow(base, exponent);
    }

    /** Sine: {@link FloatTrig#sin}. */
    public static float sin(float x) {
        return FloatTrig.sin(x);
    }

    /** Cosine: {@link FloatTrig#cos}. */
    public static float cos(float x) {
        return FloatTrig.cos(x);
    }

    static float fma(float a, float b, float c) {
        return Math.fma(a, b, c);
    }

    static float rint(float x) {
        return (float) Math.rint(x);
    }

    static float abs(float x) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(x) & 0x7fffffff);
    }

    /** Magnitude bits of {@code magnitude}, sign bit of {@code sign}. */
    static float copySign(float magnitude, float sign) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(magnitude) & 0x7fffffff
            | Float.floatToRawIntBits(sign) & 0x80000000);
    }
}
