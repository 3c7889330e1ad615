/** Code for 64-bit Arm processors with NEON. */
module quantwright.backend.arm {
    requires transitive quantwright.backend.llvm;

    exports quantwright.backend.arm;

    provides quantwright.backend.Backend with quantwright.backend.arm.ArmBackend;
}
