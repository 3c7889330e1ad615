package quantwright.tests.jvm;

import java.util.List;
import quantwright.backend.jvm.JvmBackend;
import quantwright.backend.llvm.cases.GraphMachine;
import quantwright.backend.llvm.cases.HostGraphs;
import quantwright.profiles.ProfileCatalogue;

/** What bytecode is compiled for, for the random graphs that native code is tested with. */
final class Bytecode {
    private Bytecode() {
    }

    static GraphMachine machine() {
        return new HostGraphs(new JvmBackend(), List.of(new ProfileCatalogue().find("jvm")));
    }
}
