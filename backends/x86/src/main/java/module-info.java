/** x86 backend: AVX-512 VNNI and AVX2 instruction choices. */
module quantwright.backend.avx {
    requires transitive quantwright.backend.llvm;

    exports quantwright.backend.avx;

    provides quantwright.backend.Backend with quantwright.backend.avx.AvxBackend;
}
