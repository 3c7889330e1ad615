package quantwright.simulator;

import java.util.List;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.npu.isa.Program;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.NpuMachine;
import quantwright.profiles.NpuMachine.OperatingPoint;

/**
 * Time and energy of a program on a profile's machine.
 *
 * @param program the program
 * @param profile whose machine it ran on
 * @param timing  when
 * @param energy  what it cost
 */
public record SimulationReport(Program program, HardwareProfile profile, Timing timing, Energy energy) {

    /**
     * Simulates a program once.
     *
     * @param point name of the operating point; null is the nominal one
     * @throws UserErrorException if the profile has no NPU or no such point, or the program is refused
     */
    public static SimulationReport of(Program program, HardwareProfile profile, String point,
            TimelineListener listener) {
        NpuMachine machine = profile.npu().orElseThrow(() -> new UserErrorException(SimulatorDiagnostic.OTHER_MACHINE,
            Location.UNKNOWN, "profile " + profile.id() + " describes no NPU"));
        Timing timing = TimingEngine.time(program, machine, point(profile, machine, point), listener);
        return new SimulationReport(program, profile, timing, Energy.of(timing, machine, profile.sources()));
    }

    private static OperatingPoint point(HardwareProfile profile, NpuMachine machine, String name) {
        if (name == null) {
            return machine.nominal();
        }
        List<String> names = machine.points().stream().map(OperatingPoint::name).toList();
        return machine.points().stream().filter(p -> p.name().equals(name)).findFirst()
            .orElseThrow(() -> new UserErrorException(SimulatorDiagnostic.UNKNOWN_POINT, Location.UNKNOWN, "profile "
                + profile.id() + " has no operating point " + name + "; it has " + String.join(", ", names)));
    }

    /** The machine. */
    public NpuMachine machine() {
        return profile.npu().orElseThrow();
    }

    /** Name of a layer. */
    public String layerName(int index) {
        return Energy.layerName(program, index);
    }

    /** Share of the array's peak that is used. */
    public double utilisation() {
        return timing.utilisation(machine().array().peakMacs());
    }
}
