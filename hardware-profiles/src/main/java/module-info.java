/** Hardware profile language, its model and checker, and the profiles shipped as data. */
module quantwright.profiles {
    requires transitive quantwright.ir;
    requires org.antlr.antlr4.runtime;

    exports quantwright.profiles;
}
