package quantwright.npu.isa;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.random.RandomGenerator;

/** Programs whose fields are drawn from their whole ranges, ends included. */
final class RandomPrograms {
    private static final String[] NAMES = {"conv1", "a \"quoted\" name", "back\\slash", "# no comment",
        "\u00fcber \u6f22",
        "\ud83d\ude00", " ", "end"};

    private RandomPrograms() {
    }

    static Program program(RandomGenerator random) {
        List<String> layers = new ArrayList<>();
        List<Segment> segments = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            layers.add(NAMES[random.nextInt(NAMES.length)]);
        }
        for (int i = random.nextInt(5); i > 0; i--) {
            String name = NAMES[random.nextInt(NAMES.length)] + i;
            var kind = Segment.Kind.values()[random.nextInt(4)];
            if (kind == Segment.Kind.CONSTANT) {
                var data = new byte[1 + random.nextInt(100)];
                random.nextBytes(data);
                segments.add(Segment.constant(name, random.nextLong(1L << 48), data));
            } else {
                segments.add(Segment.space(name, kind, random.nextLong(1L << 48), 1 + random.nextLong(1L << 48)));
            }
        }
        var queues = new EnumMap<Queue, List<Instruction>>(Queue.class);
        for (Queue queue : Queue.values()) {
            List<Instruction> stream = new ArrayList<>();
            for (int i = random.nextInt(30); i > 0; i--) {
                stream.add(instruction(random));
            }
            queues.put(queue, stream);
        }
        return new Program(NAMES[random.nextInt(NAMES.length)], machine(random), layers, segments, queues);
    }

    static Instruction instruction(RandomGenerator random) {
        List<InstructionFormat> all = InstructionFormat.all();
        return (Instruction) record(all.get(random.nextInt(all.size())).record(), random);
    }

    private static MachineParameters machine(RandomGenerator random) {
        while (true) {
            try {
                return (MachineParameters) record(Program.machineFormat(), random);
            } catch (IllegalArgumentException notPowersOfTwo) {
                continue;
            }
        }
    }

    private static Object record(RecordFormat format, RandomGenerator random) {
        var values = new long[format.leaves().size()];
        for (int i = 0; i < values.length; i++) {
            RecordFormat.Leaf leaf = format.leaves().get(i);
            long span = leaf.max() - leaf.min();
            values[i] = switch (random.nextInt(4)) {
                case 0 -> leaf.min();
                case 1 -> leaf.max();
                case 2 -> leaf.min() + Math.min(span, random.nextLong(20));
                default -> leaf.min() + random.nextLong(span + 1);
            };
        }
        return format.build(values);
    }
}
