package quantwright.simulator.functional;

import java.util.Arrays;
import java.util.List;
import quantwright.npu.isa.ArrayInstruction;
import quantwright.npu.isa.ControlInstruction;
import quantwright.npu.isa.DmaInstruction;
import quantwright.npu.isa.Instruction;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.Queue;
import quantwright.npu.isa.VectorInstruction;
import quantwright.simulator.ExecutionListener;

/**
 * One run of a program: the queues take turns, each going on until a semaphore holds it. Any order that the semaphores
 * allow gives the same result.
 */
public final class Execution {
    private final Program program;
    private final int[] semaphores;
    private final int[] at = new int[Queue.values().length];
    private final DmaUnit dma;
    private final ArrayUnit array;
    private final VectorUnit vector;
    private final ExecutionListener listener;
    private final ExecutionListener.Memory memory;

    /** A run of a program that the checker accepts. */
    public Execution(Program program, DramImage dram, ExecutionListener listener) {
        this.program = program;
        this.semaphores = new int[program.machine().semaphores()];
        var scratchpad = new Scratchpad(new byte[program.machine().scratchpadBytes()]);
        AccumulatorMemory accumulators = AccumulatorMemory.of(program.machine());
        this.dma = new DmaUnit(dram, scratchpad);
        this.array = new ArrayUnit(program.machine(), scratchpad, accumulators);
        this.vector = new VectorUnit(scratchpad, accumulators);
        this.listener = listener;
        this.memory = new ExecutionListener.Memory() {
            @Override
            public byte[] scratchpad(int address, int bytes) {
                return Arrays.copyOfRange(scratchpad.bytes(), address, address + bytes);
            }

            @Override
            public byte[] dram(long address, int bytes) {
                var segment = dram.segment(address);
                int from = Math.toIntExact(address - segment.getKey());
                return Arrays.copyOfRange(segment.getValue(), from, from + bytes);
            }
        };
    }

    /**
     * Runs to the end.
     *
     * @throws ExecutionFault        if an instruction cannot be executed
     * @throws IllegalStateException if queues hold each other up, which the checker excludes
     */
    public void run() throws ExecutionFault {
        boolean finished = false;
        while (!finished) {
            finished = true;
            boolean moved = false;
            for (Queue queue : Queue.values()) {
                moved |= advance(queue);
                finished &= at[queue.ordinal()] == program.queue(queue).size();
            }
            if (!finished && !moved) {
                throw new IllegalStateException("deadlock in " + program.name());
            }
        }
    }

    /** Runs a queue until a semaphore holds it; whether it did anything. */
    private boolean advance(Queue queue) throws ExecutionFault {
        List<Instruction> stream = program.queue(queue);
        int from = at[queue.ordinal()];
        int index = from;
        while (index < stream.size() && step(queue, index, stream.get(index))) {
            index++;
        }
        at[queue.ordinal()] = index;
        return index > from;
    }

    /** Executes an instruction unless a semaphore holds it. */
    private boolean step(Queue queue, int index, Instruction instruction) throws ExecutionFault {
        try {
            switch (instruction) {
                case ControlInstruction.Wait(int semaphore, int count) -> {
                    if (semaphores[semaphore] < count) {
                        return false;
                    }
                    semaphores[semaphore] -= count;
                }
                case ControlInstruction.Signal(int semaphore, int count) -> {
                    if (semaphores[semaphore] + count > program.machine().semaphoreLimit()) {
                        return false;
                    }
                    semaphores[semaphore] += count;
                }
                case ControlInstruction.Mark _, ControlInstruction.Halt _ -> {
                    // No effect on data.
                }
                case DmaInstruction d -> dma.execute(d);
                case ArrayInstruction a -> array.execute(a);
                case VectorInstruction v -> vector.execute(v);
            }
            listener.executed(queue, index, memory);
            return true;
        } catch (ArithmeticException | IllegalArgumentException | UnsupportedOperationException e) {
            throw new ExecutionFault(queue, index, e);
        }
    }
}
