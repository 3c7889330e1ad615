/** Instruction choices of x86: AVX-512 with VNNI, and AVX2. */
package quantwright.backend.avx;
