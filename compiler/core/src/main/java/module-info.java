/** Importers, graph passes, calibration, quantization, lowering, driver and Java API. */
module quantwright.compiler {
    requires transitive quantwright.backend;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires com.google.protobuf;
    requires flatbuffers.java;
    requires java.desktop;
    requires ortools.java;

    exports quantwright.compiler.conformance;
    exports quantwright.compiler.data;
    exports quantwright.compiler.driver;
    exports quantwright.compiler.evaluate;
    exports quantwright.compiler.exporter;
    exports quantwright.compiler.importer;
    exports quantwright.compiler.pass;
    exports quantwright.compiler.quant;
    exports quantwright.compiler.search;
    exports quantwright.compiler.search.solve;
    exports quantwright.compiler.sensitivity;

    opens quantwright.compiler.search to com.fasterxml.jackson.databind;

    uses quantwright.backend.Backend;
    uses quantwright.backend.ProgramRunner;
}
