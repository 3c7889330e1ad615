package quantwright.backend.jvm.runtime;

import quantwright.ir.arith.FloatMath;
import quantwright.ir.op.BinaryKind;

/**
 * A function of two f32 tensors of one shape.
 *
 * @param a left operand
 * @param b right operand
 * @param out result
 * @param n elements
 * @param kind which
 */
public record FloatBinary(int a, int b, int out, int n, BinaryKind kind) implements Step {
    @Override
    public void run(Memory memory) {
        compute(memory.floats(a), memory.floats(b), memory.floats(out));
    }

    private void compute(float[] p, float[] q, float[] r) {
        switch (kind) {
            case ADD -> {
                for (int i = 0; i < n; i++) {
                    r[i] = p[i] + q[i];
                }
            }
            case SUB -> {
                for (int i = 0; i < n; i++) {
                    r[i] = p[i] - q[i];
                }
            }
            case MUL -> {
                for (int i = 0; i < n; i++) {
                    r[i] = p[i] * q[i];
                }
            }
            case DIV -> {
                for (int i = 0; i < n; i++) {
                    r[i] = p[i] / q[i];
                }
            }
            case MIN -> {
                for (int i = 0; i < n; i++) {
                    r[i] = p[i] < q[i] ? p[i] : q[i];
                }
            }
            case MAX -> {
                for (int i = 0; i < n; i++) {
                    r[i] = p[i] > q[i] ? p[i] : q[i];
                }
            }
            case POW -> {
                for (int i = 0; i < n; i++) {
                    r[i] = FloatMath.pow(p[i], q[i]);
                }
            }
            case MOD -> {
                for (int i = 0; i < n; i++) {
                    r[i] = p[i] % q[i];
                }
            }
        }
    }
}
