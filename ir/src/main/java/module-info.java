/** Graph IR: types, ops, text form, verifier, diagnostics, passes, exact arithmetic, reference interpreter. */
module quantwright.ir {
    requires org.antlr.antlr4.runtime;

    exports quantwright.ir;
    exports quantwright.ir.arith;
    exports quantwright.ir.data;
    exports quantwright.ir.diag;
    exports quantwright.ir.interp;
    exports quantwright.ir.loc;
    exports quantwright.ir.op;
    exports quantwright.ir.pass;
    exports quantwright.ir.text;
    exports quantwright.ir.type;
    exports quantwright.ir.verify;
}
