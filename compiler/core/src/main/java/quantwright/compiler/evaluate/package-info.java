/** Accuracy, agreement with a reference, bit-equality with the interpreter, latency, and sizes of models. */
package quantwright.compiler.evaluate;
