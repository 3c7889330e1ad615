package quantwright.simulator;

import java.util.List;
import quantwright.ir.diag.UserErrorException;
import quantwright.npu.isa.ArrayInstruction;
import quantwright.npu.isa.ControlInstruction;
import quantwright.npu.isa.DmaInstruction;
import quantwright.npu.isa.Instruction;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.Queue;
import quantwright.npu.isa.Segment;
import quantwright.npu.isa.VectorInstruction;
import quantwright.npu.isa.Weights;
import quantwright.npu.isa.Window;

/** Bounds what a functional run may take before it starts, so that no program holds the simulator up. */
final class WorkLimit {
    /** Greatest sum of the memories and of the segments, bytes. */
    static final long MAX_MEMORY = 1L << 31;
    /** Greatest number of elementary steps: products, elements, taps, bytes. */
    static final double MAX_STEPS = 0x1p40;

    /** Greatest number of elements of a tile that rests in the array, or of a row. */
    static final double MAX_TILE = 0x1p26;

    private WorkLimit() {
    }

    /** @throws UserErrorException if the program exceeds a limit; the program is one the checker accepts */
    static void require(Program program) {
        double memory = program.machine().scratchpadBytes()
            + 8.0 * program.machine().accumulatorWords();
        for (Segment segment : program.segments()) {
            memory += segment.size();
        }
        double steps = 0;
        double tile = 0;
        for (Queue queue : Queue.values()) {
            for (Instruction instruction : program.queue(queue)) {
                steps += steps(instruction);
                tile = Math.max(tile, tile(instruction));
            }
        }
        String message = memory > MAX_MEMORY
            ? "memories and segments of %.0f bytes exceed the simulator's %d".formatted(memory, MAX_MEMORY)
            : tile > MAX_TILE ? "a tile of %.0f elements exceeds the simulator's %.0f".formatted(tile, MAX_TILE)
            : steps > MAX_STEPS ? "%.0f steps exceed the simulator's %.0f".formatted(steps, MAX_STEPS) : null;
        if (message != null) {
            throw new UserErrorException(
                List.of(Place.diagnostic(SimulatorDiagnostic.TOO_LARGE, program, null, -1, message)));
        }
    }

    private static double steps(Instruction instruction) {
        return switch (instruction) {
            case ControlInstruction _ -> 1;
            case DmaInstruction.DmaIn d -> d.size().total();
            case DmaInstruction.DmaFill d -> d.size().total();
            case DmaInstruction.DmaOut d -> d.size().total();
            case ArrayInstruction.LoadWeights l -> (double) l.weights().depth() * l.weights().columns();
            case ArrayInstruction.LoadInputs l -> elements(l.input());
            case ArrayInstruction.StreamInputs s -> elements(s.input()) * s.columns();
            case ArrayInstruction.StreamWeights s -> (double) s.weights().depth() * s.weights().columns() * s.rows();
            case ArrayInstruction.StreamBoth s -> elements(s.input()) * s.weights().columns();
            case ArrayInstruction.Depthwise d -> elements(d.input()) * d.multiplier();
            case VectorInstruction.Requantize r -> (double) r.grid().rows() * r.grid().columns();
            case VectorInstruction.Elementwise e -> (double) e.grid().rows() * e.grid().columns();
            case VectorInstruction.Pool p -> elements(p.input());
            case VectorInstruction.RequantizePool r -> r.values() + r.taps();
            case VectorInstruction.Lookup l -> (double) l.grid().rows() * l.grid().columns();
            case VectorInstruction.Softmax s -> (double) s.grid().rows() * s.grid().columns();
            case VectorInstruction.Move m -> m.size().total();
        };
    }

    /** Elements that are held at once. */
    private static double tile(Instruction instruction) {
        return switch (instruction) {
            case ArrayInstruction.LoadWeights l -> elements(l.weights());
            case ArrayInstruction.LoadInputs l -> elements(l.input());
            case ArrayInstruction.StreamInputs s -> s.input().depth();
            // The other operand is the loaded one.
            case ArrayInstruction.StreamWeights s -> Math.max(elements(s.weights()),
                (double) s.rows() * s.weights().columns());
            case ArrayInstruction.StreamBoth s -> Math.max(elements(s.weights()), s.input().depth());
            case ArrayInstruction.Depthwise d -> Math.max(elements(d.weights()), d.input().depth());
            case VectorInstruction.Pool p -> p.input().channels();
            case VectorInstruction.Requantize r -> r.grid().columns();
            case VectorInstruction.RequantizePool r -> r.values();
            case VectorInstruction.Softmax s -> s.grid().columns();
            default -> 1;
        };
    }

    private static double elements(Weights weights) {
        return (double) weights.depth() * weights.columns();
    }

    private static double elements(Window window) {
        return (double) window.rows() * window.depth();
    }
}
