/** The {@code qw} command. */
module quantwright.cli {
    requires quantwright.compiler;
    requires quantwright.backend.avx;
}
