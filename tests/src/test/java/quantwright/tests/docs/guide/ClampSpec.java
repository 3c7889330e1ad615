package quantwright.tests.docs.guide;

import quantwright.backend.llvm.kernel.KernelSpec;

/**
 * Clamping of stored bytes that lie without gaps.
 *
 * @param length how many
 */
public record ClampSpec(int length) implements KernelSpec {
    @Override
    public long work() {
        return length;
    }

    /**
     * What differs between layers of one spec.
     *
     * @param min smallest stored value of the result
     * @param max largest stored value of the result
     */
    public record Bounds(int min, int max) {
    }
}
