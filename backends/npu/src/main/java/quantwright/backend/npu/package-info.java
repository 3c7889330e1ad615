/** NPU backend: the service, partition of a graph between host and NPU, artifacts and their execution. */
package quantwright.backend.npu;
