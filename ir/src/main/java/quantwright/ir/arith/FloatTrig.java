package quantwright.ir.arith;

/**
 * Sine and cosine of f32 in the operations {@link FloatMath} describes. 2 ulp or 1e-7 absolute for |x| up to 10,000;
 * beyond, accuracy falls off and from 2^22 on only the bits are defined, within [-1, 1]. Infinities give NaN.
 * <ol>
 * <li>{@code n = rint(x * 2/pi)}; {@code r = x - n * pi/2} by three fma; clamp r to [-0.8, 0.8] by selects;
 * <li>{@code q = n - 4 * floor(n / 4)}, the quadrant, exact;
 * <li>{@code s = fma(r^3, S(r^2), r)}, degree 3; {@code c = fma(r^4, C(r^2), fma(-0.5, r^2, 1))}, degree 2;
 * <li>odd quadrants swap s and c; sine is negated for q in {2, 3}, cosine for q in {1, 2}.
 * </ol>
 */
public final class FloatTrig {
    private FloatTrig() {
    }

    /** Sine. */
    public static float sin(float x) {
        float n = turns(x);
        float r = reduce(x, n);
        float q = quadrant(n);
        float v = q == 1f || q == 3f ? cosine(r) : sine(r);
        v = q >= 2f ? -v : v;
        return x == 0f ? x : v;
    }

    /** Cosine. */
    public static float cos(float x) {
        float n = turns(x);
        float r = reduce(x, n);
        float q = quadrant(n);
        float v = q == 1f || q == 3f ? sine(r) : cosine(r);
        return q == 1f || q == 2f ? -v : v;
    }

    private static float turns(float x) {
        return FloatMath.rint(x * 0x1.45f306p-1f);
    }

    private static float reduce(float x, float n) {
        float r = Math.fma(n, -0x1.921fb6p+0f, x);
        r = Math.fma(n, 0x1.777a5cp-25f, r);
        r = Math.fma(n, 0x1.ee59dap-50f, r);
        r = r > 0.8f ? 0.8f : r;
        return r < -0.8f ? -0.8f : r;
    }

    private static float quadrant(float n) {
        float f = (float) Math.floor(n * 0.25f);
        return Math.fma(-4f, f, n);
    }

    private static float sine(float r) {
        float u = r * r;
        float s = 0x1.6ccf5cp-19f;
        s = Math.fma(s, u, -0x1.a00f74p-13f);
        s = Math.fma(s, u, 0x1.111108p-7f);
        s = Math.fma(s, u, -0x1.555556p-3f);
        float cube = u * r;
        return Math.fma(cube, s, r);
    }

    private static float cosine(float r) {
        float u = r * r;
        float c = 0x1.99ff3cp-16f;
        c = Math.fma(c, u, -0x1.6c0c82p-10f);
        c = Math.fma(c, u, 0x1.55554ap-5f);
        float square = u * u;
        float base = Math.fma(-0.5f, u, 1f);
        return Math.fma(square, c, base);
    }
}
