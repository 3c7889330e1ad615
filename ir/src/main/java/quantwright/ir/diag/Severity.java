package quantwright.ir.diag;

/** How bad a diagnostic is; an error makes the command fail. */
public enum Severity { NOTE, WARNING, ERROR }
