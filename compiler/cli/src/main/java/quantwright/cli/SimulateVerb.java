package quantwright.cli;

import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quantwright.backend.Artifact;
import quantwright.npu.isa.Program;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.NpuMachine.OperatingPoint;
import quantwright.simulator.ChromeTrace;
import quantwright.simulator.RooflinePicture;
import quantwright.simulator.SimulationJson;
import quantwright.simulator.SimulationReport;
import quantwright.simulator.SimulationTable;
import quantwright.simulator.TimelineListener;

/** {@code qw simulate}. */
@Command(name = "simulate", sortOptions = false,
        description = "Simulates a model compiled for an NPU: cycles, stalls, traffic, energy and power, per layer and in"
            + " all.",
        footer = {"", "A model whose layers do not all run on the NPU has several programs; each is reported by itself, and"
            + " files of the second and later ones have their number in the name.",
            "docs/simulator.md states the rules of time and energy."})
final class SimulateVerb extends Verb {
    @Parameters(paramLabel = "DIR|PROGRAM.npu", description = "An artifact folder, or a program file.")
    private Path subject;
    @Option(names = "--profile", paramLabel = "P",
            description = "Machine to simulate; default: the one the artifact was compiled for.")
    private String profile;
    @Option(names = "--point", paramLabel = "NAME", description = "Operating point; default: the profile's first.")
    private String point;
    @Option(names = "--trace", paramLabel = "FILE",
            description = "Write a timeline in Chrome's trace format, which Perfetto opens.")
    private Path trace;
    @Option(names = "--roofline", paramLabel = "FILE", description = "Write the layers on the machine's roofline, as SVG.")
    private Path roofline;

    @Override
    int execute(Bars bars) {
        List<Program> programs = new ArrayList<>();
        String named = profile;
        if (Files.isDirectory(subject)) {
            Artifact artifact = Artifact.open(subject);
            programs.addAll(NpuPrograms.of(artifact));
            named = named == null ? artifact.manifest().profile() : named;
        } else {
            programs.add(NpuPrograms.read(subject));
        }
        if (named == null) {
            throw conflict("a program file does not say what machine it is for: name it with --profile");
        }
        HardwareProfile machine = driver().profiles().find(named);
        List<String> json = new ArrayList<>();
        for (int i = 0; i < programs.size(); i++) {
            SimulationReport report = simulate(programs.get(i), machine, i);
            if (json()) {
                json.add(SimulationJson.of(report));
            } else {
                say("%s", SimulationTable.of(report));
            }
        }
        if (json()) {
            out().print(json.size() == 1 ? json.getFirst() : json.stream().collect(Collectors.joining(",", "[", "]\n")));
            out().flush();
        }
        return OK;
    }

    private SimulationReport simulate(Program program, HardwareProfile machine, int number) {
        var timeline = new StringWriter();
        SimulationReport report = SimulationReport.of(program, machine, point, TimelineListener.NONE);
        if (trace != null) {
            OperatingPoint at = report.timing().point();
            try (var listener = new ChromeTrace(timeline, program, at.hertz())) {
                SimulationReport.of(program, machine, at.name(), listener);
            }
            write(numbered(trace, number), timeline.toString());
        }
        if (roofline != null) {
            write(numbered(roofline, number), RooflinePicture.of(report));
        }
        return report;
    }

    private static Path numbered(Path file, int number) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return number == 0 ? file
            : file.resolveSibling(dot < 0 ? name + "-" + number
                : name.substring(0, dot) + "-" + number + name.substring(dot));
    }

    private static void write(Path file, String text) {
        WholeFile.write(file, partial -> Files.writeString(partial, text));
    }
}
