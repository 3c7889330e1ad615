package quantwright.backend.npu.lower;

import quantwright.ir.op.Clamp;
import quantwright.npu.isa.PoolKind;
import quantwright.npu.isa.Rescaling;

/**
 * Arithmetic of a pool.
 *
 * @param kind reduction
 * @param inputZero taken off each tap; also what padded taps hold
 * @param outputZero added to each result
 * @param rescaling arithmetic of averages
 * @param table factors or counts; empty for maxima
 * @param perRow whether each output pixel has an entry
 * @param clamp least and greatest result
 */
record PoolRule(PoolKind kind, int inputZero, int outputZero, Rescaling rescaling, byte[] table, boolean perRow,
                Clamp clamp) {
    /** Bytes of an entry of the table. */
    int entryBytes() {
        return kind == PoolKind.AVERAGE_DIVIDE ? 4 : rescaling.factorBytes();
    }
}
