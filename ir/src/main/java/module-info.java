/** Graph IR: types, ops, text form, verifier, diagnostics, passes, exact arithmetic, reference interpreter. */
module quantwright.ir {
    requires org.antlr.antlr4.runtime;
}
