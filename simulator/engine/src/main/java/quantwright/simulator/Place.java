package quantwright.simulator;

import java.util.List;
import java.util.OptionalLong;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.loc.Location;
import quantwright.npu.isa.Operation;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.Queue;
import quantwright.simulator.timing.ReferenceClock;

/** Names places in a program for diagnostics. */
public final class Place {
    private Place() {
    }

    /** An instruction of a queue, a queue (index -1), or the whole program (no queue), for the start of a message. */
    public static String of(Program program, Queue queue, int index) {
        var out = new StringBuilder("program \"").append(program.name()).append('"');
        if (queue != null) {
            out.append(", ").append(queue.text());
            if (index >= 0) {
                Operation operation = program.queue(queue).get(index).getClass().getAnnotation(Operation.class);
                out.append(" instruction ").append(index).append(" (").append(operation.mnemonic()).append(')');
            }
        }
        return out.toString();
    }

    /** A diagnostic about such a place. */
    static Diagnostic diagnostic(SimulatorDiagnostic code, Program program, Queue queue, int index, String message) {
        return new Diagnostic(code, Location.UNKNOWN, of(program, queue, index) + ": " + message, List.of());
    }

    /** The same with the cycle in which the reference schedule reaches the instruction. */
    static Diagnostic diagnostic(SimulatorDiagnostic code, Program program, Queue queue, int index, String message,
            ReferenceClock clock) {
        if (queue == null || index < 0) {
            return diagnostic(code, program, queue, index, message);
        }
        OptionalLong cycle = clock.cycle(queue, index);
        return diagnostic(code, program, queue, index, message + (cycle.isPresent()
            ? "; the reference schedule gets there in cycle " + cycle.getAsLong()
            : "; the reference schedule never gets there"));
    }
}
