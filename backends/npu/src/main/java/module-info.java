/** NPU backend: lowers integer graphs to the command streams of {@code docs/npu.md}. */
module quantwright.backend.npu {
    requires transitive quantwright.backend;
    requires transitive quantwright.npu.isa;

    exports quantwright.backend.npu;

    provides quantwright.backend.Backend with quantwright.backend.npu.NpuBackend;
}
