/** NPU instruction set: records, program, binary and text forms, static checker. */
module quantwright.npu.isa {
    exports quantwright.npu.isa;
}
