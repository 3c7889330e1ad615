/** Hardware profile language, its model and checker, and the profiles shipped as data. */
module quantwright.profiles {
    requires transitive quantwright.ir;

    exports quantwright.profiles;
}
