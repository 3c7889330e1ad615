package quantwright.tests.npu;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.CompiledModel;
import quantwright.compiler.driver.Model;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.ProgramBinary;
import quantwright.npu.isa.ProgramFormatException;
import quantwright.profiles.HardwareProfile;

/** The NPU programs of compiled models. */
final class NpuPrograms {
    private NpuPrograms() {
    }

    /** The programs that an artifact of the model would hold. */
    static List<Program> of(Model model, HardwareProfile profile) {
        CompiledModel compiled = model.compile(profile, Progress.SILENT);
        List<Program> out = new ArrayList<>();
        for (Map.Entry<String, byte[]> file : compiled.files().entrySet()) {
            if (file.getKey().endsWith(".npu")) {
                try {
                    out.add(ProgramBinary.read(file.getValue()));
                } catch (ProgramFormatException e) {
                    throw new IllegalStateException(file.getKey(), e);
                }
            }
        }
        return out;
    }
}
