package quantwright.simulator.functional;

import quantwright.ir.arith.Multiplier;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.QuantizedAdd;
import quantwright.ir.arith.Requantizer;
import quantwright.ir.arith.Rounding;
import quantwright.npu.isa.Area;
import quantwright.npu.isa.Rescaling;
import quantwright.npu.isa.VectorInstruction;

/**
 * Reads factors from parameter tables in the scratchpad.
 *
 * @param scratchpad memory of the tables
 */
record Parameters(Scratchpad scratchpad) {

    /**
     * The factor at an address.
     *
     * @throws IllegalArgumentException if the arithmetic does not take it
     */
    Requantizer requantizer(Rescaling rescaling, int address) {
        return switch (rescaling.mode()) {
            case F32 -> new Requantizer.F32(scratchpad.readFloat(address));
            default -> fixed(rescaling, address);
        };
    }

    /** The adder of a sum or a difference, whose table is at an address. */
    QuantizedAdd adder(VectorInstruction.Elementwise e, boolean subtract, QuantRange range) {
        Rescaling rescaling = e.rescaling();
        int at = e.table();
        int zero1 = e.first().zero();
        int zero2 = e.second().zero();
        return switch (rescaling.mode()) {
            case F32 -> new QuantizedAdd.F32(subtract, new Requantizer.F32(scratchpad.readFloat(at)).factor(), zero1,
                new Requantizer.F32(scratchpad.readFloat(at + 4)).factor(), zero2, range);
            default -> new QuantizedAdd.Fixed(subtract, shift(scratchpad.readInt(at)), zero1,
                fixed(rescaling, at + 4), zero2, fixed(rescaling, at + 12), fixed(rescaling, at + 20), range);
        };
    }

    /** Zero point and clamp of a result. */
    static QuantRange range(Area output, int min, int max) {
        return new QuantRange(output.zero(), min, max);
    }

    private static int shift(int leftShift) {
        if (leftShift < 0 || leftShift > 31) {
            throw new IllegalArgumentException("a left shift of " + leftShift + " is outside [0, 31]");
        }
        return leftShift;
    }

    private Requantizer.Fixed fixed(Rescaling rescaling, int address) {
        Rounding.Mode mode = switch (rescaling.mode()) {
            case HALF_EVEN -> Rounding.Mode.HALF_EVEN;
            case HALF_UP -> Rounding.Mode.HALF_UP;
            case HALF_AWAY -> Rounding.Mode.HALF_AWAY;
            case GEMMLOWP_DOUBLE -> Rounding.Mode.GEMMLOWP_DOUBLE;
            case FLOOR -> Rounding.Mode.FLOOR;
            case TOWARD_ZERO -> Rounding.Mode.TOWARD_ZERO;
            case F32 -> throw new IllegalStateException("no fixed-point rounding");
        };
        var rounding = new Rounding.Fixed(rescaling.multiplierBits(), mode,
            rescaling.wide() ? Rounding.Intermediate.I64 : Rounding.Intermediate.I32);
        return new Requantizer.Fixed(rounding, new Multiplier(rescaling.multiplierBits(),
            scratchpad.readInt(address) & 0xffffffffL, scratchpad.readInt(address + 4)));
    }
}
