/** Backend SPI: legality, kernel catalogue and selection, executors, cost oracles, artifact format. */
module quantwright.backend {
    requires transitive quantwright.ir;
    requires transitive quantwright.profiles;
}
