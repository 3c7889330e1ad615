package quantwright.simulator;

import java.util.List;
import quantwright.ir.diag.UserErrorException;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.ProgramChecker;
import quantwright.npu.isa.Segment;
import quantwright.simulator.functional.DramImage;
import quantwright.simulator.functional.Execution;
import quantwright.simulator.functional.ExecutionFault;
import quantwright.simulator.timing.ReferenceClock;

/**
 * Computes what a program computes, bit for bit, and nothing else: no time, no energy. Every formula is the one of
 * {@code quantwright.ir.arith} that the interpreter uses.
 */
public final class FunctionalEngine {
    private FunctionalEngine() {
    }

    /**
     * Runs a program once, from memories that hold zeros.
     *
     * @param inputs bytes of each input segment, in the program's order
     * @return bytes of each output segment, in the program's order
     * @throws UserErrorException if {@link ProgramChecker} refuses the program, the inputs do not fit it, it is too large
     *                            to simulate, or a parameter it reads from memory has no meaning; nothing is returned for
     *                            a program that does not finish
     */
    public static List<byte[]> run(Program program, List<byte[]> inputs) {
        return run(program, inputs, ExecutionListener.NONE);
    }

    /** As {@link #run(Program, List)}, showing every instruction to a listener. */
    public static List<byte[]> run(Program program, List<byte[]> inputs, ExecutionListener listener) {
        Acceptance.require(program);
        requireInputs(program, inputs);
        WorkLimit.require(program);
        var dram = new DramImage(program, inputs);
        try {
            new Execution(program, dram, listener).run();
        } catch (ExecutionFault fault) {
            throw new UserErrorException(List.of(Place.diagnostic(SimulatorDiagnostic.FAULT, program, fault.queue(),
                fault.index(), fault.getMessage(), ReferenceClock.of(program))));
        }
        return dram.outputs();
    }

    private static void requireInputs(Program program, List<byte[]> inputs) {
        List<Segment> expected = program.segments().stream().filter(s -> s.kind() == Segment.Kind.INPUT).toList();
        String wrong = expected.size() == inputs.size() ? null
            : inputs.size() + " inputs are given, the program has " + expected.size();
        for (int i = 0; wrong == null && i < inputs.size(); i++) {
            if (inputs.get(i).length != expected.get(i).size()) {
                wrong = "input " + expected.get(i).name() + " has " + expected.get(i).size() + " bytes, not "
                    + inputs.get(i).length;
            }
        }
        if (wrong != null) {
            throw new UserErrorException(List.of(Place.diagnostic(SimulatorDiagnostic.INPUTS, program, null, -1, wrong)));
        }
    }
}
