package quantwright.tests.jvm;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Calls a generated class whose input and output are bytes, in a JVM that has only the JDK and that class: reads the input
 * from a file, writes the output to another, and prints what a call allocates.
 */
public final class Caller {
    private static final int WARM = 20_000;
    private static final int CALLS = 2_000;

    private Caller() {
    }

    /** Arguments: class name, input file, output file, output length. */
    public static void main(String[] arguments) throws Throwable {
        try {
            Class.forName("quantwright.ir.Graph");
            throw new IllegalStateException("Quantwright is here");
        } catch (ClassNotFoundException expected) {
            call(arguments);
        }
    }

    private static void call(String[] arguments) throws Throwable {
        Class<?> model = Class.forName(arguments[0]);
        Object instance = model.getConstructor().newInstance();
        MethodHandle run = MethodHandles.publicLookup().findVirtual(model, "run",
                MethodType.methodType(void.class, byte[].class, byte[].class))
                .asType(MethodType.methodType(void.class, Object.class, byte[].class, byte[].class));
        byte[] input = Files.readAllBytes(Path.of(arguments[1]));
        byte[] output = new byte[Integer.parseInt(arguments[3])];
        repeat(run, instance, input, output, WARM);
        System.out.println("allocated " + allocated(run, instance, input, output));
        write(Path.of(arguments[2]), output);
    }

    private static void repeat(MethodHandle run, Object instance, byte[] input, byte[] output, int times)
            throws Throwable {
        for (int i = 0; i < times; i++) {
            run.invokeExact(instance, input, output);
        }
    }

    /** Bytes that one call allocates, the least of a few measurements. */
    private static long allocated(MethodHandle run, Object instance, byte[] input, byte[] output) throws Throwable {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            repeat(run, instance, input, output, CALLS);
            least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / CALLS);
        }
        return least;
    }

    private static void write(Path file, byte[] output) throws IOException {
        Files.write(file, output);
    }
}
