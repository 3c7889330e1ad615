package quantwright.simulator.functional;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.Segment;

/** Contents of the DRAM segments of one run. */
public final class DramImage {
    private final TreeMap<Long, byte[]> byAddress = new TreeMap<>();
    private final List<byte[]> outputs = new ArrayList<>();

    /** Constants as stored, inputs as given (in the program's order), zeros elsewhere. */
    public DramImage(Program program, List<byte[]> inputs) {
        Iterator<byte[]> input = inputs.iterator();
        for (Segment segment : program.segments()) {
            byte[] contents = switch (segment.kind()) {
                case CONSTANT -> {
                    var bytes = new byte[segment.data().remaining()];
                    segment.data().get(bytes);
                    yield bytes;
                }
                // Never written, so no copy is needed.
                case INPUT -> input.next();
                case OUTPUT, WORKSPACE -> new byte[Math.toIntExact(segment.size())];
            };
            byAddress.put(segment.address(), contents);
            if (segment.kind() == Segment.Kind.OUTPUT) {
                outputs.add(contents);
            }
        }
    }

    /** Bytes of each output segment, in the program's order. */
    public List<byte[]> outputs() {
        return List.copyOf(outputs);
    }

    /** The segment that holds an address, with its first byte's address. */
    Map.Entry<Long, byte[]> segment(long address) {
        return byAddress.floorEntry(address);
    }
}
