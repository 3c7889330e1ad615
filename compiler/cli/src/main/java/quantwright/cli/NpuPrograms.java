package quantwright.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import quantwright.backend.Artifact;
import quantwright.backend.BackendDiagnostic;
import quantwright.ir.diag.FileFault;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.ProgramBinary;
import quantwright.npu.isa.ProgramFormatException;

/** NPU programs of artifacts and files. */
final class NpuPrograms {
    private static final String SUFFIX = ".npu";

    private NpuPrograms() {
    }

    /**
     * The programs of an artifact in the order they run.
     *
     * @throws UserErrorException if it has none, or one is damaged
     */
    static List<Program> of(Artifact artifact) {
        List<Program> programs = new ArrayList<>();
        artifact.manifest().files().keySet().stream().filter(f -> f.endsWith(SUFFIX))
                .sorted(Comparator.comparingInt(String::length).thenComparing(f -> f))
                .forEach(f -> programs.add(read(artifact.file(f))));
        if (programs.isEmpty()) {
            throw new UserErrorException(CliDiagnostic.NOT_FOR_AN_NPU, Location.file(artifact.folder()),
                    "it was compiled for " + artifact.manifest().profile());
        }
        return programs;
    }

    /**
     * Reads a program file.
     *
     * @throws UserErrorException if it is damaged
     */
    static Program read(Path file) {
        try {
            return ProgramBinary.read(Files.readAllBytes(file));
        } catch (ProgramFormatException e) {
            throw new UserErrorException(BackendDiagnostic.ARTIFACT_DAMAGED, Location.file(file), e.getMessage());
        } catch (IOException e) {
            throw new UserErrorException(BackendDiagnostic.ARTIFACT_DAMAGED, Location.file(file), FileFault.reason(e));
        }
    }
}
