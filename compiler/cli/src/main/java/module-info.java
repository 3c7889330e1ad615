/** The {@code qw} command. */
module quantwright.cli {
    requires com.fasterxml.jackson.core;
    requires info.picocli;
    requires me.tongfei.progressbar;
    requires quantwright.backend.arm;
    requires quantwright.backend.avx;
    requires quantwright.backend.jvm;
    requires quantwright.backend.npu;
    requires quantwright.compiler;
    requires quantwright.simulator;

    exports quantwright.cli;

    opens quantwright.cli to info.picocli;

    provides quantwright.backend.ProgramRunner with quantwright.cli.simulator.NpuSimulator;
}
