/**
 * What a generated model runs on: one record for each kind of step, immutable, over arrays that a {@link
 * quantwright.backend.jvm.runtime.Memory} holds. These classes and those of {@code quantwright.ir.arith} that they use
 * are copied into every model's jar under the model's own package, so they may use nothing else but {@code java.base}.
 *
 * <p>The JIT vectorizes a loop only if it can tell its arrays apart or all have one index. So every tensor is an array
 * of its own, and rows of a product are too.
 */
package quantwright.backend.jvm.runtime;
