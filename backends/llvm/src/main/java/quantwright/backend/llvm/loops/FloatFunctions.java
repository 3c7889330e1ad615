package quantwright.backend.llvm.loops;

import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/**
 * Code for {@link quantwright.ir.arith.FloatMath}: each method emits that class's method of the same name operation by
 * operation, on f32 scalars or vectors, and so gives its bits.
 */
final class FloatFunctions extends FloatSteps {
    private static final float LOG2_E = 0x1.715476p+0f;
    private static final float LN2_HI = 0x1.62e43p-1f;
    private static final float LN2_LO = -0x1.05c61p-29f;
    private static final float SQRT_HALF = 0x1.6a09e6p-1f;
    private static final float SQRT_2_OVER_PI = 0x1.988454p-1f;

    FloatFunctions(FunctionBuilder f, IrType type) {
        super(f, type);
    }

    Value exp(Value x) {
        Value c = select(gt(x, k(89f)), k(89f), x);
        c = select(lt(c, k(-104f)), k(-104f), c);
        Value n = rint(mul(c, k(LOG2_E)));
        Value r = fma(n, k(-LN2_HI), c);
        r = fma(n, k(-LN2_LO), r);
        Value p = polynomial(r, 0x1.6a234ap-10f, 0x1.123a6cp-7f, 0x1.5558f4p-5f, 0x1.55549p-3f, 0x1.fffffcp-2f);
        Value s = mul(r, r);
        p = fma(s, p, r);
        p = add(k(1f), p);
        Value whole = toInt(n);
        Value half = f.ashr(whole, i(1));
        Value low = fromBits(f.shl(f.add(half, i(127)), i(23)));
        Value high = fromBits(f.shl(f.add(f.sub(whole, half), i(127)), i(23)));
        return mul(mul(p, low), high);
    }

    Value log(Value x) {
        Value small = lt(x, k(Float.MIN_NORMAL));
        Value v = select(small, mul(x, k(0x1p23f)), x);
        Value bias = select(small, k(-23f), k(0f));
        Value bits = bits(v);
        Value i = f.sub(bits, i(0x3f2aaaab));
        Value e = add(toFloat(f.ashr(i, i(23))), bias);
        Value m = sub(fromBits(f.sub(bits, f.and(i, i(0xff800000)))), k(1f));
        Value s = mul(m, m);
        Value q = polynomial(m, 0x1.ebcdc2p-4f, -0x1.071142p-3f, 0x1.b87eecp-4f, -0x1.f389eep-4f, 0x1.24f486p-3f,
                -0x1.559908p-3f, 0x1.99977ep-3f, -0x1.ffff0ep-3f, 0x1.555556p-2f);
        Value r = mul(mul(s, m), q);
        r = fma(e, k(LN2_LO), r);
        r = fma(k(-0.5f), s, r);
        r = add(m, r);
        r = fma(e, k(LN2_HI), r);
        r = select(lt(x, k(Float.POSITIVE_INFINITY)), r, x);
        r = select(gt(x, k(0f)), r, k(Float.NaN));
        return select(eq(x, k(0f)), k(Float.NEGATIVE_INFINITY), r);
    }

    Value tanh(Value x) {
        Value a = abs(x);
        Value u = mul(a, a);
        Value t = polynomial(u, -0x1.4bc6bcp-11f, 0x1.853f66p-9f, -0x1.19b21cp-7f, 0x1.653e24p-6f, -0x1.ba0972p-5f,
                0x1.1110c6p-3f, -0x1.555554p-2f);
        Value small = fma(mul(u, a), t, a);
        Value d = add(exp(add(a, a)), k(1f));
        Value large = sub(k(1f), div(k(2f), d));
        return copySign(select(lt(a, k(0.75f)), small, large), x);
    }

    Value sigmoid(Value x) {
        Value z = exp(f.fneg(abs(x)));
        Value d = add(k(1f), z);
        return div(select(lt(x, k(0f)), z, k(1f)), d);
    }

    Value erf(Value x) {
        Value a = abs(x);
        Value u = mul(a, a);
        Value p = polynomial(u, 0x1.5ac32p-14f, -0x1.a99efp-11f, 0x1.54b5e4p-8f, -0x1.b80cb4p-6f, 0x1.ce2df4p-4f,
                -0x1.812742p-2f, 0x1.06eba8p-3f);
        Value small = fma(a, p, a);
        Value t = select(gt(a, k(4f)), k(4f), a);
        Value g = polynomial(t, -0x1.38303p-18f, 0x1.60f3aep-15f, 0x1.1b5aa8p-14f, -0x1.869ca8p-9f, 0x1.74d3eep-6f,
                -0x1.af799cp-4f, -0x1.456b6p-1f, -0x1.20e958p+0f);
        Value large = sub(k(1f), exp(mul(t, g)));
        return copySign(select(lt(a, k(0.9375f)), small, large), x);
    }

    Value silu(Value x) {
        return mul(x, sigmoid(x));
    }

    Value softplus(Value x) {
        Value z = exp(f.fneg(abs(x)));
        Value u = add(k(1f), z);
        Value lost = sub(z, sub(u, k(1f)));
        Value l = add(log(u), div(lost, u));
        return add(l, select(gt(x, k(0f)), x, k(0f)));
    }

    Value gelu(Value x) {
        Value h = mul(k(0.5f), x);
        return mul(h, add(k(1f), erf(mul(x, k(SQRT_HALF)))));
    }

    Value geluTanh(Value x) {
        Value c = mul(mul(x, x), x);
        Value i = fma(k(0.044715f), c, x);
        Value h = mul(k(0.5f), x);
        return mul(h, add(k(1f), tanh(mul(k(SQRT_2_OVER_PI), i))));
    }

    Value hardSwish(Value x) {
        Value t = add(mul(x, k(1f / 6f)), k(0.5f));
        t = select(lt(t, k(0f)), k(0f), t);
        t = select(gt(t, k(1f)), k(1f), t);
        return mul(x, t);
    }

    Value sin(Value x) {
        Value n = turns(x);
        Value r = reduced(x, n);
        Value q = quadrant(n);
        Value odd = f.or(eq(q, k(1f)), eq(q, k(3f)));
        Value v = select(odd, cosine(r), sine(r));
        v = select(ge(q, k(2f)), f.fneg(v), v);
        return select(eq(x, k(0f)), x, v);
    }

    Value cos(Value x) {
        Value n = turns(x);
        Value r = reduced(x, n);
        Value q = quadrant(n);
        Value odd = f.or(eq(q, k(1f)), eq(q, k(3f)));
        Value v = select(odd, sine(r), cosine(r));
        return select(f.or(eq(q, k(1f)), eq(q, k(2f))), f.fneg(v), v);
    }

    private Value turns(Value x) {
        return rint(mul(x, k(0x1.45f306p-1f)));
    }

    private Value reduced(Value x, Value n) {
        Value r = fma(n, k(-0x1.921fb6p+0f), x);
        r = fma(n, k(0x1.777a5cp-25f), r);
        r = fma(n, k(0x1.ee59dap-50f), r);
        r = select(gt(r, k(0.8f)), k(0.8f), r);
        return select(lt(r, k(-0.8f)), k(-0.8f), r);
    }

    private Value quadrant(Value n) {
        return fma(k(-4f), floor(mul(n, k(0.25f))), n);
    }

    private Value sine(Value r) {
        Value u = mul(r, r);
        Value s = polynomial(u, 0x1.6ccf5cp-19f, -0x1.a00f74p-13f, 0x1.111108p-7f, -0x1.555556p-3f);
        return fma(mul(u, r), s, r);
    }

    private Value cosine(Value r) {
        Value u = mul(r, r);
        Value c = polynomial(u, 0x1.99ff3cp-16f, -0x1.6c0c82p-10f, 0x1.55554ap-5f);
        return fma(mul(u, u), c, fma(k(-0.5f), u, k(1f)));
    }
}
