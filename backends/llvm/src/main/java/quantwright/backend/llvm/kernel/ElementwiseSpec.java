package quantwright.backend.llvm.kernel;

import java.util.List;

/**
 * An elementwise kernel over tensors of one shape.
 *
 * @param op     the operation
 * @param inputs one or two tensors, as {@code op} takes
 * @param out    result
 */
public record ElementwiseSpec(Op op, List<TensorView> inputs, TensorView out) implements KernelSpec {
    /** Element types in memory. Bytes are in the arena's encoding but for {@code I8}. */
    public enum Element {
        ENCODED(1), I8(1), F32(4);

        private final int bytes;

        Element(int bytes) {
            this.bytes = bytes;
        }

        /** Size in memory. */
        public int bytes() {
            return bytes;
        }
    }

    /** Activations after a float operation. */
    public enum FloatActivation {
        NONE,
        /** {@code x < 0 ? 0 : x}: keeps -0 and NaN. */
        RELU,
        /** Lower then upper clamp to the parameters' bounds; NaN stays. */
        CLIP,
        /** {@code x < 0 ? x * slope : x}. */
        LEAKY_RELU
    }

    /** What is computed per element. */
    public sealed interface Op {
        /** Number of inputs. */
        default int arity() {
            return 1;
        }

        /** Type of the inputs. */
        default Element input() {
            return Element.ENCODED;
        }

        /** Type of the result. */
        default Element output() {
            return Element.ENCODED;
        }

        /** fadd(fmul(f32(q1 - z1), m1), fmul(f32(q2 - z2), m2)), clamp, half to even, plus zero. */
        record Add() implements Op {
            @Override
            public int arity() {
                return 2;
            }
        }

        /** f32((q1 - z1) * (q2 - z2)) * m1, clamp, half to even, plus zero. */
        record Mul() implements Op {
            @Override
            public int arity() {
                return 2;
            }
        }

        /**
         * TensorFlow Lite's ADD: each (q - z) shifted left by {@code leftShift} and scaled, their sum scaled, all with
         * gemmlowp double rounding.
         */
        record FixedAdd(int leftShift) implements Op {
            @Override
            public int arity() {
                return 2;
            }
        }

        /** TensorFlow Lite's MUL: (q1 - z1) * (q2 - z2) scaled with gemmlowp double rounding. */
        record FixedMul() implements Op {
            @Override
            public int arity() {
                return 2;
            }
        }

        /** f32(q - z1) * m1, clamp, half to even, plus zero. */
        record Requantize() implements Op { }

        /** A 256-entry table. */
        record Lookup() implements Op { }

        /** Bytes as they are, perhaps from one encoding to the other. */
        record Copy(Element input, Element output) implements Op { }

        /** x / scale (true division), half to even, plus zero, clamp; NaN gives the zero point. */
        record Quantize(Element output) implements Op {
            @Override
            public Element input() {
                return Element.F32;
            }
        }

        /** f32(q - z1) * scale. */
        record Dequantize(Element input) implements Op {
            @Override
            public Element output() {
                return Element.F32;
            }
        }

        /** Float x + y or x * y, then an activation. */
        record FloatBinary(boolean multiply, FloatActivation activation) implements Op {
            @Override
            public int arity() {
                return 2;
            }

            @Override
            public Element input() {
                return Element.F32;
            }

            @Override
            public Element output() {
                return Element.F32;
            }
        }

        /** A float activation. */
        record FloatUnary(FloatActivation activation) implements Op {
            @Override
            public Element input() {
                return Element.F32;
            }

            @Override
            public Element output() {
                return Element.F32;
            }
        }
    }

    public ElementwiseSpec {
        inputs = List.copyOf(inputs);
        if (inputs.size() != op.arity()) {
            throw new IllegalArgumentException(op + " of " + inputs.size() + " tensors");
        }
        for (TensorView v : inputs) {
            if (v.height() != out.height() || v.width() != out.width() || v.channels() != out.channels()) {
                throw new IllegalArgumentException("elementwise shapes " + v + " and " + out);
            }
        }
    }

    @Override
    public long work() {
        return (long) out.height() * out.width() * out.channels();
    }
}
