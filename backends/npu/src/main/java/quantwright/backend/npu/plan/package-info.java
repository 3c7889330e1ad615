/** Where feature maps and constants lie, how layers are cut into tiles, and what that is expected to cost. */
package quantwright.backend.npu.plan;
