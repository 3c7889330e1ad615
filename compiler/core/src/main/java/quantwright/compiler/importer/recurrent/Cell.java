package quantwright.compiler.importer.recurrent;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A recurrent cell: the formulas of one step. Weights of the gates lie below one another in the order ONNX gives them;
 * H is the size of the hidden state, I of the input, B of the batch.
 *
 * @param <V> what stands for a tensor in the importer
 */
public sealed interface Cell<V> {
    /** Weights [gates * H, I] of the step's input. */
    V inputWeights();

    /** Bias [gates * H] that is added to the product with the step's input; null for none. */
    V bias();

    /**
     * One step.
     *
     * @param projected the input's share of all gates, bias included, [B, gates * H]
     * @param state the state before
     * @return the state after
     */
    State<V> step(Steps<V> ops, V projected, State<V> state);

    /**
     * What a step hands to the next.
     *
     * @param hidden hidden state [B, H], also the step's result
     * @param cell cell state [B, H] of an LSTM, null for other cells
     */
    record State<V>(V hidden, V cell) {
    }

    /**
     * Long short-term memory (Hochreiter and Schmidhuber 1997, with forget gates and, where given, peepholes; ONNX LSTM,
     * TFLite UNIDIRECTIONAL_SEQUENCE_LSTM). Gates are input, output, forget, cell:
     * i, f = gate(x Wᵀ + h Rᵀ + P c + b), g = candidate(x Wᵀ + h Rᵀ + b), c' = f c + i g,
     * o = gate(x Wᵀ + h Rᵀ + P c' + b), h' = o result(c').
     *
     * @param recurrentWeights [4 * H, H]
     * @param peepholes [H] each: input, output, forget; empty for none
     * @param coupled whether the input gate is 1 - f
     * @param gateClip bound of what the activations of gates see, 0 for none (ONNX {@code clip})
     * @param cellClip bound of the cell state, 0 for none (TFLite {@code cell_clip})
     * @param gate activation of the input, output and forget gates
     * @param candidate activation of the cell gate
     * @param result activation of the cell state
     */
    record Lstm<V>(V inputWeights, V recurrentWeights, V bias, List<V> peepholes, boolean coupled,
                   float gateClip, float cellClip, UnaryOperator<V> gate, UnaryOperator<V> candidate, UnaryOperator<V> result)
        implements Cell<V> {
        @Override
        public State<V> step(Steps<V> ops, V projected, State<V> state) {
            List<V> sums = ops.gates(ops.add(projected, ops.dense(state.hidden(), recurrentWeights, null)), 1, 4);
            V f = gate.apply(seen(ops, sums.get(2), 2, state.cell()));
            V i = coupled ? ops.complement(f) : gate.apply(seen(ops, sums.get(0), 0, state.cell()));
            V g = candidate.apply(ops.clip(sums.get(3), gateClip));
            V c = ops.clip(ops.add(ops.mul(f, state.cell()), ops.mul(i, g)), cellClip);
            V o = gate.apply(seen(ops, sums.get(1), 1, c));
            return new State<>(ops.mul(o, result.apply(c)), c);
        }

        private V seen(Steps<V> ops, V sum, int which, V cell) {
            return ops.clip(peepholes.isEmpty() ? sum : ops.add(sum, ops.mul(cell, peepholes.get(which))), gateClip);
        }
    }

    /**
     * Gated recurrent unit (Cho et al. 2014; ONNX GRU). Gates are update z, reset r, candidate:
     * z, r = gate(x Wᵀ + h Rᵀ + b), g = candidate(x Wᵀ + (r h) Rᵀ + b), or with {@code resetAfter}
     * candidate(x Wᵀ + b + r (h Rᵀ + b')); h' = (1 - z) g + z h.
     *
     * @param gateWeights recurrent weights [2 * H, H] of the two gates
     * @param candidateWeights recurrent weights [H, H] of the candidate
     * @param bias [3 * H]; with {@code resetAfter} without the candidate's recurrent bias
     * @param candidateBias the candidate's recurrent bias b' [H] where {@code resetAfter} has one, else null
     * @param clip bound of what the activations see, 0 for none
     * @param gate activation of the update and reset gates
     * @param candidate activation of the candidate
     */
    record Gru<V>(V inputWeights, V gateWeights, V candidateWeights, V bias, V candidateBias,
                  boolean resetAfter, float clip, UnaryOperator<V> gate, UnaryOperator<V> candidate) implements Cell<V> {
        @Override
        public State<V> step(Steps<V> ops, V projected, State<V> state) {
            V h = state.hidden();
            int hidden = ops.dim(h, 1);
            V gates = ops.slice(projected, 1, 0, 2 * hidden);
            V input = ops.slice(projected, 1, 2 * hidden, hidden);
            V both = gate.apply(ops.clip(ops.add(gates, ops.dense(h, gateWeights, null)), clip));
            V z = ops.slice(both, 1, 0, hidden);
            V r = ops.slice(both, 1, hidden, hidden);
            V recurrent = resetAfter ? ops.mul(r, ops.dense(h, candidateWeights, candidateBias))
                : ops.dense(ops.mul(r, h), candidateWeights, null);
            V g = candidate.apply(ops.clip(ops.add(input, recurrent), clip));
            return new State<>(ops.add(ops.mul(ops.complement(z), g), ops.mul(z, h)), null);
        }
    }

    /**
     * The simple recurrent cell (Elman 1990; ONNX RNN): h' = activation(x Wᵀ + h Rᵀ + b).
     *
     * @param recurrentWeights [H, H]
     * @param clip bound of what the activation sees, 0 for none
     */
    record Simple<V>(V inputWeights, V recurrentWeights, V bias, float clip, UnaryOperator<V> activation)
        implements Cell<V> {
        @Override
        public State<V> step(Steps<V> ops, V projected, State<V> state) {
            V sum = ops.add(projected, ops.dense(state.hidden(), recurrentWeights, null));
            return new State<>(activation.apply(ops.clip(sum, clip)), null);
        }
    }
}
