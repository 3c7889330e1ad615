package quantwright.backend;

import java.util.List;
import quantwright.profiles.HardwareProfile;

/**
 * Executes a backend's programs on a model of a machine that this host is not, such as a simulator. Found by the driver as
 * a service.
 */
public interface ProgramRunner {
    /** Id of the backend whose programs it takes. */
    String backend();

    /**
     * Loads a program file.
     *
     * @throws quantwright.ir.diag.UserErrorException if it is damaged
     */
    Loaded load(byte[] program);

    /**
     * What one run of a program costs on the machine, at its nominal operating point.
     *
     * @throws quantwright.ir.diag.UserErrorException if the program is damaged
     */
    MachineCost cost(byte[] program, HardwareProfile profile);

    /**
     * Time and energy of one run.
     *
     * @param seconds time
     * @param joules energy, dynamic and leakage
     */
    record MachineCost(double seconds, double joules) {
        /** Nothing. */
        public static final MachineCost NONE = new MachineCost(0, 0);

        /** One after the other. */
        public MachineCost plus(MachineCost other) {
            return new MachineCost(seconds + other.seconds, joules + other.joules);
        }
    }

    /** A program ready to run, any number of times, by one thread at a time. */
    interface Loaded {
        /**
         * Runs once.
         *
         * @param inputs bytes of each input, as the program lays them out
         * @param watches what to look at on the way
         * @return bytes of each output
         */
        List<byte[]> run(List<byte[]> inputs, List<Watch> watches);
    }

    /**
     * Memory to look at when a layer has written its result.
     *
     * @param layer name of the layer in the program
     * @param onChip whether the bytes lie in the machine's own memory, else in external memory
     * @param address first byte
     * @param bytes how many
     * @param view takes the contents
     */
    record Watch(String layer, boolean onChip, long address, int bytes, View view) {
    }

    /** Takes memory contents. */
    @FunctionalInterface
    interface View {
        /** The bytes watched. */
        void seen(byte[] contents);
    }
}
