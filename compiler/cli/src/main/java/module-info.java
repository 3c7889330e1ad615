/** The {@code qw} command. */
module quantwright.cli {
    requires com.fasterxml.jackson.core;
    requires info.picocli;
    requires me.tongfei.progressbar;
    requires quantwright.backend.avx;
    requires quantwright.backend.jvm;
    requires quantwright.compiler;

    exports quantwright.cli;

    opens quantwright.cli to info.picocli;
}
