package quantwright.compiler.importer.onnx;

import quantwright.compiler.importer.recurrent.Cell;
import quantwright.ir.op.Concat;
import quantwright.ir.op.UnaryKind;

/** LSTM, GRU and RNN, unrolled over the sequence, whose length must be known. */
final class RecurrentOps {
    private RecurrentOps() {
    }

    static void register(OpTable table) {
        table.add("LSTM", cx -> new RecurrentLayer(cx, 4).run(RecurrentOps::lstm));
        table.add("GRU", cx -> new RecurrentLayer(cx, 3).run(RecurrentOps::gru));
        table.add("RNN", cx -> new RecurrentLayer(cx, 1).run(RecurrentOps::simple));
    }

    private static Cell<Edge> lstm(RecurrentLayer l, int d) {
        return new Cell.Lstm<>(l.inputWeights(d), l.recurrentWeights(d), l.bias(d), l.peepholes(d),
                l.node().attributes().flag("input_forget", false), l.clip(), 0,
                l.activation(d, 3, 0, UnaryKind.SIGMOID), l.activation(d, 3, 1, UnaryKind.TANH),
                l.activation(d, 3, 2, UnaryKind.TANH));
    }

    private static Cell<Edge> gru(RecurrentLayer l, int d) {
        int h = l.hidden();
        boolean resetAfter = l.node().attributes().flag("linear_before_reset", false);
        Edge r = l.recurrentWeights(d);
        Edge both = l.biases(d);
        Edge bias = l.bias(d);
        Edge candidateBias = null;
        if (resetAfter && both != null) {
            // The candidate's recurrent bias stays with its product, inside the reset gate.
            candidateBias = l.part(both, 5 * h, h);
            bias = l.node().emit(new Concat(0), l.part(bias, 0, 2 * h), l.part(both, 2 * h, h));
        }
        return new Cell.Gru<>(l.inputWeights(d), l.part(r, 0, 2 * h), l.part(r, 2 * h, h), bias, candidateBias,
                resetAfter, l.clip(), l.activation(d, 2, 0, UnaryKind.SIGMOID),
                l.activation(d, 2, 1, UnaryKind.TANH));
    }

    private static Cell<Edge> simple(RecurrentLayer l, int d) {
        return new Cell.Simple<>(l.inputWeights(d), l.recurrentWeights(d), l.bias(d), l.clip(),
                l.activation(d, 1, 0, UnaryKind.TANH));
    }
}
