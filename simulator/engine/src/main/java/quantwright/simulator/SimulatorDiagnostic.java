package quantwright.simulator;

import quantwright.ir.diag.DiagnosticCode;

/** Why a program is not simulated. */
public enum SimulatorDiagnostic implements DiagnosticCode {
    /** The static checker refuses it. */
    REFUSED("QW-S0101", "the machine would refuse the program", "docs/npu.md states what a program must keep to"),
    /** Queues hold each other up. */
    DEADLOCK("QW-S0102", "the program never finishes: queues wait for each other",
            "every wait needs a signal that can happen before it, and every signal room below semaphore-limit"),
    /** A parameter in memory is one the arithmetic does not take. */
    FAULT("QW-S0103", "an instruction cannot be executed with the parameters it finds in memory",
            "docs/npu.md states the parameter tables"),
    /** Inputs that are not the program's. */
    INPUTS("QW-S0104", "the inputs are not those of the program", "give one array for each input segment, of its size"),
    /** More memory or work than a simulation should take. */
    TOO_LARGE("QW-S0105", "the program is too large to simulate", ""),
    /** The profile is another machine than the one the program was built for. */
    OTHER_MACHINE("QW-S0106", "the program was built for another machine",
            "simulate it with the profile it was compiled for"),
    /** An operating point that the profile does not have. */
    UNKNOWN_POINT("QW-S0107", "the profile has no such operating point", "qw profile show lists the points");

    private final Entry entry;

    SimulatorDiagnostic(String id, String summary, String hint) {
        entry = Entry.error(id, summary, hint);
    }

    @Override
    public Entry entry() {
        return entry;
    }
}
