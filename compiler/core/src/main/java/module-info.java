/** Importers, graph passes, calibration, quantization, lowering, driver and Java API. */
module quantwright.compiler {
    requires transitive quantwright.backend;
}
