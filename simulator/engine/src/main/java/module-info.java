/** The NPU simulator: what a program computes, how long it takes, and what energy it costs. */
module quantwright.simulator {
    requires transitive quantwright.ir;
    requires transitive quantwright.npu.isa;
    requires transitive quantwright.profiles;
    requires com.fasterxml.jackson.core;

    exports quantwright.simulator;
}
