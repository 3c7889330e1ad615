/**
 * What a generated host class runs on. Copied into its jar under its own package, so it uses nothing but {@code
 * java.base}.
 */
package quantwright.backend.jvm.host;
