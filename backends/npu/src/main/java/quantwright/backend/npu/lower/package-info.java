/** Layers: what each family of ops needs of the machine, and the instructions it becomes. */
package quantwright.backend.npu.lower;
