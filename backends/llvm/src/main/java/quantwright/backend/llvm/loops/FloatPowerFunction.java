package quantwright.backend.llvm.loops;

import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/** Code for {@link quantwright.ir.arith.FloatPower}, operation by operation. */
final class FloatPowerFunction extends FloatSteps {
    private static final float TWO_THIRDS = 0x1.555556p-1f;
    private static final float TWO_THIRDS_LOW = -0x1.555556p-26f;

    FloatPowerFunction(FunctionBuilder f, IrType type) {
        super(f, type);
    }

    Value pow(Value base, Value exponent) {
        Value inf = k(Float.POSITIVE_INFINITY);
        Value zero = k(0f);
        Value a = abs(base);
        Value magnitude = magnitude(a, exponent);
        magnitude = select(eq(exponent, k(2f)), mul(a, a), magnitude);
        magnitude = select(eq(exponent, k(1f)), a, magnitude);
        magnitude = select(eq(exponent, k(0.5f)), f.sqrt(a), magnitude);
        Value below = lt(exponent, zero);
        magnitude = select(eq(a, zero), select(below, inf, zero), magnitude);
        magnitude = select(eq(a, inf), select(below, zero, inf), magnitude);
        Value whole = eq(rint(exponent), exponent);
        Value half = mul(exponent, k(0.5f));
        Value odd = f.and(whole, f.fcmp("une", rint(half), half));
        Value negative = f.icmp("slt", bits(base), i(0));
        Value result = select(f.and(negative, odd), f.fneg(magnitude), magnitude);
        Value undefined = f.and(f.and(lt(base, zero), f.fcmp("une", rint(exponent), exponent)), lt(a, inf));
        result = select(undefined, k(Float.NaN), result);
        result = select(f.fcmp("uno", base, exponent), k(Float.NaN), result);
        Value one = f.or(f.or(eq(base, k(1f)), eq(exponent, zero)), f.and(eq(base, k(-1f)), eq(abs(exponent), inf)));
        return select(one, k(1f), result);
    }

    private Value magnitude(Value a, Value exponent) {
        Value small = lt(a, k(Float.MIN_NORMAL));
        Value v = select(small, mul(a, k(0x1p23f)), a);
        Value bits = bits(v);
        Value shifted = f.sub(bits, i(0x3f2aaaab));
        Value e = add(toFloat(f.ashr(shifted, i(23))), select(small, k(-23f), k(0f)));
        Value m = fromBits(f.sub(bits, f.and(shifted, i(0xff800000))));
        Value fraction = sub(m, k(1f));
        Value p = add(m, k(1f));
        Value pl = sub(m, sub(p, k(1f)));
        Value inverse = div(k(1f), p);
        Value s = mul(fraction, inverse);
        Value sl = fma(f.fneg(s), p, fraction);
        sl = fma(f.fneg(s), pl, sl);
        sl = mul(sl, inverse);
        Value u = mul(s, s);
        Value ul = fma(s, s, f.fneg(u));
        ul = fma(add(s, s), sl, ul);
        Value w = polynomial(u, 0x1.edf1d2p-3f, 0x1.23e634p-2f, 0x1.999beep-2f);
        Value wh = fma(w, u, k(TWO_THIRDS));
        Value wl = fma(w, u, sub(k(TWO_THIRDS), wh));
        wl = add(wl, k(TWO_THIRDS_LOW));
        Value cube = mul(s, u);
        Value cubeLow = fma(s, u, f.fneg(cube));
        cubeLow = fma(s, ul, cubeLow);
        cubeLow = fma(sl, u, cubeLow);
        Value x = mul(cube, wh);
        Value xl = fma(cube, wh, f.fneg(x));
        xl = fma(cube, wl, xl);
        xl = fma(cubeLow, wh, xl);
        Value hi = add(s, s);
        Value series = add(hi, x);
        Value lo = sub(x, sub(series, hi));
        xl = fma(k(2f), sl, xl);
        lo = add(lo, xl);
        return exponential(exponent, e, series, lo);
    }

    private Value exponential(Value exponent, Value e, Value series, Value lo) {
        Value eh = mul(e, k(0x1.62e4p-1f));
        Value sum = add(eh, series);
        Value rest = sub(series, sub(sum, eh));
        rest = add(rest, fma(e, k(0x1.7f7d1cp-20f), lo));
        Value h = add(sum, rest);
        Value l = sub(rest, sub(h, sum));
        Value t = mul(exponent, h);
        Value tl = fma(exponent, h, f.fneg(t));
        tl = fma(exponent, l, tl);
        tl = select(gt(abs(t), k(200f)), k(0f), tl);
        t = select(gt(t, k(200f)), k(200f), t);
        t = select(lt(t, k(-200f)), k(-200f), t);
        Value y = new FloatFunctions(f, type).exp(t);
        Value extra = mul(y, tl);
        return add(y, select(eq(y, k(Float.POSITIVE_INFINITY)), k(0f), extra));
    }
}
