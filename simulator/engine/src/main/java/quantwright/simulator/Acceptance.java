package quantwright.simulator;

import java.util.ArrayList;
import java.util.List;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.UserErrorException;
import quantwright.npu.isa.Finding;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.ProgramChecker;
import quantwright.simulator.timing.ReferenceClock;

/** Lets only programs through that the machine accepts and that reach their end. */
final class Acceptance {
    private Acceptance() {
    }

    /** @throws UserErrorException with all that {@link ProgramChecker} finds, if anything */
    static void require(Program program) {
        List<Finding> findings = ProgramChecker.check(program);
        if (findings.isEmpty()) {
            return;
        }
        ReferenceClock clock = ReferenceClock.of(program);
        List<Diagnostic> out = new ArrayList<>();
        for (Finding finding : findings) {
            boolean deadlock = finding.code() == Finding.Code.DEADLOCK;
            out.add(Place.diagnostic(deadlock ? SimulatorDiagnostic.DEADLOCK : SimulatorDiagnostic.REFUSED, program,
                finding.queue(), finding.index(), finding.message(), clock));
        }
        throw new UserErrorException(out);
    }
}
