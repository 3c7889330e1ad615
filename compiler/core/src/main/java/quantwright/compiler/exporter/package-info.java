/** Writes quantized models in the formats of other runtimes. */
package quantwright.compiler.exporter;
