package quantwright.npu.isa;

/**
 * Bytes of the scratchpad a copy reads or writes: row {@code (plane, row)} starts at byte {@code address + plane *
 * planePitch + row * rowPitch}.
 *
 * @param address    first byte
 * @param rowPitch   bytes from row to row
 * @param planePitch bytes from plane to plane
 */
public record Block(
        @Field(value = "first byte in the scratchpad", hex = true) int address,
        @Field("bytes from row to row") int rowPitch,
        @Field("bytes from plane to plane") int planePitch) {
}
