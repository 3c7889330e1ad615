/** The ONNX writer: names, axis orders, and the operators of each format. */
package quantwright.compiler.exporter.onnx;
