package quantwright.simulator;

import java.util.ArrayList;
import java.util.List;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.UserErrorException;
import quantwright.npu.isa.Finding;
import quantwright.npu.isa.MachineParameters;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.ProgramChecker;
import quantwright.profiles.NpuMachine;
import quantwright.profiles.NpuMachine.OperatingPoint;
import quantwright.simulator.timing.Deadlock;
import quantwright.simulator.timing.ReferenceClock;
import quantwright.simulator.timing.TimedUnits;
import quantwright.simulator.timing.UnsupportedPair;

/**
 * The event-driven engine: when each instruction of a program starts and ends on a machine, without its data.
 * {@code docs/simulator.md} states the rules. Time is counted in integer ticks, so that a run is the same everywhere.
 */
public final class TimingEngine {
    private TimingEngine() {
    }

    /**
     * Times a program.
     *
     * @throws UserErrorException if the program is refused, was built for another machine, or never ends; the diagnostic
     *                            of a deadlock names the cycle
     */
    public static Timing time(Program program, NpuMachine machine, OperatingPoint point, TimelineListener listener) {
        List<Finding> findings = ProgramChecker.check(program);
        if (findings.stream().anyMatch(f -> f.code() != Finding.Code.DEADLOCK)) {
            Acceptance.require(program);
        }
        requireSameMachine(program, machine);
        try {
            return new TimedUnits(program, machine, point, listener).run();
        } catch (Deadlock deadlock) {
            List<Diagnostic> out = new ArrayList<>();
            for (Finding f : findings) {
                out.add(Place.diagnostic(SimulatorDiagnostic.DEADLOCK, program, f.queue(), f.index(),
                    f.message() + "; nothing moves after cycle " + deadlock.cycle()));
            }
            throw new UserErrorException(out);
        } catch (UnsupportedPair unsupported) {
            throw new UserErrorException(List.of(Place.diagnostic(SimulatorDiagnostic.OTHER_MACHINE, program,
                unsupported.queue(), unsupported.index(), unsupported.getMessage(), ReferenceClock.of(program))));
        }
    }

    private static void requireSameMachine(Program program, NpuMachine m) {
        MachineParameters p = program.machine();
        List<String> wrong = new ArrayList<>();
        if (p.arrayRows() != m.array().rows() || p.arrayColumns() != m.array().columns()
            || !p.dataflow().name().equals(m.array().dataflow().name())) {
            wrong.add("a " + p.arrayRows() + " x " + p.arrayColumns() + " " + p.dataflow() + " array");
        }
        if (p.scratchpadBytes() > m.scratchpad().bytes()) {
            wrong.add("a scratchpad of " + p.scratchpadBytes() + " bytes");
        }
        if (p.accumulatorWords() > m.accumulators().words() || p.accumulatorBits() != m.accumulators().bits()) {
            wrong.add(p.accumulatorWords() + " accumulators of " + p.accumulatorBits() + " bits");
        }
        if (p.stationaryBuffers() > m.array().stationaryBuffers()) {
            wrong.add(p.stationaryBuffers() + " stationary buffers");
        }
        if (p.semaphores() > m.semaphores().count() || p.semaphoreLimit() > m.semaphores().limit()) {
            wrong.add(p.semaphores() + " semaphores up to " + p.semaphoreLimit());
        }
        if (!wrong.isEmpty()) {
            throw new UserErrorException(List.of(Place.diagnostic(SimulatorDiagnostic.OTHER_MACHINE, program, null, -1,
                "it needs " + String.join(", ", wrong) + ", which the profile does not have")));
        }
    }
}
