package quantwright.npu.isa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Both forms hold the whole program, and each has one spelling. */
class RoundTripTest {
    @Test
    void randomProgramsSurviveBothFormsByteForByte() throws ProgramFormatException {
        Set<Class<?>> seen = new HashSet<>();
        for (int seed = 0; seed < 500; seed++) {
            Program program = RandomPrograms.program(new Random(seed));
            byte[] binary = ProgramBinary.write(program);
            String text = ProgramText.write(program);
            Program fromBinary = ProgramBinary.read(binary);
            Program fromText = ProgramText.read(text);
            assertEquals(program, fromBinary);
            assertEquals(program, fromText);
            assertArrayEquals(binary, ProgramBinary.write(fromText));
            assertEquals(text, ProgramText.write(fromBinary));
            program.queues().values().forEach(q -> q.forEach(i -> seen.add(i.getClass())));
        }
        assertEquals(InstructionFormat.all().size(), seen.size());
    }

    @Test
    void textAcceptsCommentsOrderAndBothNumberBases() throws ProgramFormatException {
        Program program = Programs.small();
        String text = ProgramText.write(program);
        String other = "# built by hand\n\n" + text.replace("semaphore=0 count=1", "count=0x1\tsemaphore=0 # order")
            .replace("\n", "\r\n");
        assertTrue(!other.equals(text) && other.contains("count=0x1"));
        assertEquals(program, ProgramText.read(other));
    }

    @Test
    void fieldsOutOfRangeHaveNoProgram() {
        var bad = new ControlInstruction.Wait(0, 0);
        var e = assertThrows(IllegalArgumentException.class, () -> new Program("p", Programs.machine(), List.of(),
            List.of(), Map.of(Queue.ARRAY, List.of(bad))));
        assertEquals("array instruction 0, wait: count is 0, outside [1, 65535]", e.getMessage());
    }

    @Test
    void segmentsKeepACopyOfTheirData() {
        byte[] data = {1, 2, 3};
        Segment segment = Segment.constant("c", 0, data);
        data[0] = 9;
        segment.data().get();
        assertEquals(1, segment.data().get());
    }
}
