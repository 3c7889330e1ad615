package quantwright.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A command run in this process. */
record Command(int status, String out, String err) {
    static Command run(Object... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        return new Command(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** As {@link #run}, failing the test unless the command succeeds. */
    static Command ok(Object... arguments) {
        Command c = run(arguments);
        if (c.status != 0) {
            throw new AssertionError("qw " + Arrays.toString(arguments) + " gave " + c.status + "\n" + c.out + c.err);
        }
        return c;
    }
}
