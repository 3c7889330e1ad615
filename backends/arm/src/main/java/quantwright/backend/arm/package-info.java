/** What is particular to 64-bit Arm: NEON instructions at three feature levels. */
package quantwright.backend.arm;
