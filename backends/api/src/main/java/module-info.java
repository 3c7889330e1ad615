/** Backend SPI: legality, kernel catalogue and selection, executors, cost oracles, artifact format. */
module quantwright.backend {
    requires transitive quantwright.ir;
    requires transitive quantwright.profiles;
    requires com.fasterxml.jackson.databind;

    exports quantwright.backend;
    exports quantwright.backend.files;
    exports quantwright.backend.vendor;

    opens quantwright.backend to com.fasterxml.jackson.databind;
}
