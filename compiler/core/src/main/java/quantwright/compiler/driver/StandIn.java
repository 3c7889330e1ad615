package quantwright.compiler.driver;

import java.util.Optional;
import quantwright.backend.Backend;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompiledModel;
import quantwright.backend.Executor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

/** What runs where a profile's own code cannot be had: portable code, and the interpreter for what that refuses. */
final class StandIn {
    private StandIn() {
    }

    /**
     * A compiled model and the backend that loads it.
     *
     * @param backend the backend
     * @param model what it compiled
     */
    record Ready(Backend backend, CompiledModel model) {
        Executor open() {
            return backend.load(model);
        }
    }

    /**
     * Portable code of a graph.
     *
     * @throws UserErrorException if no portable backend is installed, or it refuses the graph
     */
    static Ready portable(Quantwright driver, CompileRequest request) {
        Backend backend = driver.backends().stream().filter(Backend::isPortable).findFirst()
                .orElseThrow(() -> new UserErrorException(DriverDiagnostic.NO_BACKEND, Location.UNKNOWN,
                        "no installed backend gives portable code"));
        return new Ready(backend, backend.compile(request));
    }

    /**
     * Portable code in place of a profile's own, with a warning that says what stands in; empty for the interpreter.
     *
     * @param refusal why the profile's own code cannot be had
     */
    static Optional<Ready> of(Quantwright driver, CompileRequest request, Location where, String refusal,
            DiagnosticSink sink) {
        try {
            Ready ready = portable(driver, request);
            sink.report(DriverDiagnostic.FELL_BACK, where, refusal + "; portable code (backend "
                    + ready.backend().id() + ") stands in");
            return Optional.of(ready);
        } catch (UserErrorException e) {
            sink.report(DriverDiagnostic.FELL_BACK, where, refusal + "; the interpreter stands in, as portable code"
                    + " cannot be had: " + e.diagnostics().getFirst().message());
            return Optional.empty();
        }
    }
}
