/**
 * The command stream of the NPU machine model: instruction records, programs, their binary and text forms and a static
 * checker. {@code docs/npu.md} describes the machine.
 */
package quantwright.npu.isa;
