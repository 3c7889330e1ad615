package quantwright.backend.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quantwright.backend.MemoryPlanner;
import quantwright.backend.MemoryPlanner.Buffer;
import quantwright.backend.MemoryPlanner.Plan;

/** Placements are disjoint where lifetimes overlap, aligned, deterministic, and close to the lower bound. */
class MemoryPlannerTest {
    private static final int ALIGNMENT = 64;

    private static Plan checked(List<Buffer> buffers) {
        Plan plan = MemoryPlanner.plan(buffers, ALIGNMENT);
        for (int i = 0; i < buffers.size(); i++) {
            Buffer a = buffers.get(i);
            long from = plan.offsets().get(i);
            assertEquals(0, from % ALIGNMENT);
            assertTrue(from + a.size() <= plan.arenaBytes());
            for (int j = 0; j < i; j++) {
                Buffer b = buffers.get(j);
                boolean together = a.first() <= b.last() && b.first() <= a.last();
                long other = plan.offsets().get(j);
                assertTrue(!together || from + a.size() <= other || other + b.size() <= from, a + " meets " + b);
            }
        }
        assertTrue(plan.lowerBound() <= plan.arenaBytes());
        assertEquals(plan, MemoryPlanner.plan(buffers, ALIGNMENT), "the same every time");
        return plan;
    }

    @Test
    void nothingTakesNothing() {
        assertEquals(new Plan(List.of(), 0, 0), MemoryPlanner.plan(List.of(), ALIGNMENT));
    }

    @Test
    void randomLifetimesStayCloseToTheBound() {
        Random random = new Random(11);
        for (int round = 0; round < 40; round++) {
            List<Buffer> buffers = new ArrayList<>();
            int n = 1 + random.nextInt(60);
            for (int i = 0; i < n; i++) {
                buffers.add(new Buffer(1 + random.nextInt(5000), i, i + 1 + random.nextInt(random.nextInt(5) + 1)));
            }
            Plan plan = checked(buffers);
            assertTrue(plan.arenaBytes() <= 1.05 * plan.lowerBound(), plan.arenaBytes() + " above "
                    + plan.lowerBound());
        }
    }

    /** Every fixed order is above the bound here: the first buffers to be placed split the room of later ones. */
    @Test
    void searchFindsWhatNoFixedOrderDoes() {
        List<Buffer> buffers = List.of(new Buffer(10 * 64, 0, 1), new Buffer(6 * 64, 1, 2), new Buffer(9 * 64, 2, 4),
                new Buffer(4 * 64, 3, 5), new Buffer(7 * 64, 5, 6), new Buffer(5 * 64, 0, 2), new Buffer(3 * 64, 4, 7),
                new Buffer(8 * 64, 6, 8), new Buffer(6 * 64, 7, 9), new Buffer(2 * 64, 5, 9));
        Plan plan = checked(buffers);
        assertEquals(plan.lowerBound(), plan.arenaBytes());
    }
}
