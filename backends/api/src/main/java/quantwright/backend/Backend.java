package quantwright.backend;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.profiles.HardwareProfile;

/** Turns a normalized graph into code for one family of machines. Found by the driver as a service. */
public interface Backend {
    /** Short stable name, such as {@code x86}. */
    String id();

    /** Whether this backend emits code for the profile's machine; decided by what the machine is, never by its name. */
    boolean accepts(HardwareProfile profile);

    /** Why this host cannot run code for the profile; empty if it can. Loads no code generator. */
    Optional<String> hostRefusal(HardwareProfile profile);

    /**
     * Chooses the kernels of a graph and generates no code; works on every host.
     *
     * @return the steps of the program, in order
     * @throws quantwright.ir.diag.UserErrorException if the profile cannot run the graph; every reason is reported
     */
    List<Manifest.Step> plan(CompileRequest request);

    /**
     * What each step of a graph is expected to take, by the profile's throughputs beside the code generator's own model of
     * the processor.
     *
     * @throws quantwright.ir.diag.UserErrorException if the profile states no throughputs, or cannot run the graph
     * @throws BackendUnavailable if this host lacks what code generation needs
     */
    default List<StepEstimate> estimate(CompileRequest request) {
        throw new UserErrorException(BackendDiagnostic.NO_THROUGHPUTS, Location.UNKNOWN, "backend " + id()
                + ", profile " + request.profile().id());
    }

    /**
     * Every kernel of the catalogue that was considered for each step of {@link #plan}, best first: the chosen one, and why
     * each other was not. Steps of a family with one way to compute them have none.
     *
     * @throws quantwright.ir.diag.UserErrorException if the profile cannot run the graph; every reason is reported
     */
    default List<List<KernelOffer>> offers(CompileRequest request) {
        return plan(request).stream().map(_ -> List.<KernelOffer>of()).toList();
    }

    /**
     * Compiles a graph.
     *
     * @throws quantwright.ir.diag.UserErrorException if the profile cannot run the graph; every reason is reported
     * @throws BackendUnavailable if this host lacks what code generation needs
     */
    CompiledModel compile(CompileRequest request);

    /**
     * The files with which a program of another build links a compiled model.
     *
     * @return contents by file name
     * @throws quantwright.ir.diag.UserErrorException if this backend's code is not linked into programs
     */
    default Map<String, byte[]> deliver(CompiledModel model, Set<Deliverable> wanted) {
        throw new UserErrorException(BackendDiagnostic.NOT_LINKABLE, Location.UNKNOWN, "backend " + id());
    }

    /**
     * Loads an artifact's code for execution on this host.
     *
     * @throws quantwright.ir.diag.UserErrorException if this host cannot run it, or the artifact is damaged
     */
    Executor load(Artifact artifact);

    /**
     * Loads a model that was just compiled, without an artifact folder.
     *
     * @throws quantwright.ir.diag.UserErrorException if this host cannot run it
     */
    Executor load(CompiledModel model);

    /**
     * Loads an artifact whose programs another machine executes, for a model of that machine; empty if this backend has no
     * such programs.
     *
     * @throws quantwright.ir.diag.UserErrorException if the artifact is damaged
     */
    default Optional<Executor> simulate(Artifact artifact, ProgramRunner runner) {
        return Optional.empty();
    }

    /** As {@link #simulate(Artifact, ProgramRunner)}, for a model that was just compiled. */
    default Optional<Executor> simulate(CompiledModel model, ProgramRunner runner) {
        return Optional.empty();
    }

    /**
     * What one inference costs by a model of the machine; empty if this backend has no programs for one. Steps that run on
     * the host beside the machine are not in it.
     */
    default Optional<ProgramRunner.MachineCost> simulatedCost(CompiledModel model, HardwareProfile profile,
            ProgramRunner runner) {
        return Optional.empty();
    }

    /**
     * Whether its code runs on every host and it compiles for every profile: such a backend stands in where a profile's
     * own cannot be had.
     */
    default boolean isPortable() {
        return false;
    }

    /** What layers cost on the machines this backend accepts; empty if it has no model of them. */
    default Optional<CostOracle> costs() {
        return Optional.empty();
    }
}
