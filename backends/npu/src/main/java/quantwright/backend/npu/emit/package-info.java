/**
 * From instructions in the order of one thread to four queues: footprints say what an instruction touches, the scoreboard
 * finds what it must wait for, and the semaphores carry that between queues.
 */
package quantwright.backend.npu.emit;
