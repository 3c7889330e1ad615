/** Importers, graph passes, calibration, quantization, lowering, driver and Java API. */
module quantwright.compiler {
    requires transitive quantwright.backend;
    requires com.fasterxml.jackson.core;
    requires com.google.protobuf;
    requires flatbuffers.java;
    requires java.desktop;

    exports quantwright.compiler.data;
    exports quantwright.compiler.driver;
    exports quantwright.compiler.evaluate;
    exports quantwright.compiler.importer;
    exports quantwright.compiler.pass;
    exports quantwright.compiler.quant;

    uses quantwright.backend.Backend;
}
