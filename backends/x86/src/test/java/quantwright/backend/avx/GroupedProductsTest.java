package quantwright.backend.avx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import quantwright.backend.llvm.cases.GroupedProductsCases;
import quantwright.backend.llvm.cases.KernelRunner;
import quantwright.backend.llvm.kernel.ConvParameters;
import quantwright.backend.llvm.kernel.ConvSpec;
import quantwright.backend.llvm.kernel.ConvTemplate;
import quantwright.backend.llvm.kernel.Epilogue;
import quantwright.backend.llvm.kernel.EpilogueValues;
import quantwright.backend.llvm.kernel.TensorView;
import quantwright.backend.llvm.kernel.Window;

class GroupedProductsTest extends GroupedProductsCases {
    GroupedProductsTest() {
        super(X86Machines.graphs());
    }

    @Test
    void multipliersTakeAByteAndGroupsAreMultipliedOnce() {
        for (int bits : new int[] {8, 4, 2, 1}) {
            var plain = constants(bits, 0);
            assertEquals(256 / 32 * 128, constants(bits, 32).length - plain.length);
        }
    }

    private static byte[] constants(int bits, int group) {
        var spec = new ConvSpec(TensorView.dense(1, 1, 256, 1), TensorView.dense(1, 1, 128, 1), null,
            Window.square(1, 1, 0), 1, Epilogue.f32(true, false), false, bits, group);
        var kernel = KernelRunner.selected(new ConvTemplate(new Avx512Isa(true), false), spec);
        assertTrue(group == 0 || kernel.name().startsWith("u8s" + bits + "g" + group + "s32_conv_"), kernel.name());
        var p = new ConvParameters(new byte[128 * 256], null, 0, group == 0 ? null : new byte[128 * 256 / group],
            EpilogueValues.f32(new float[] {1}, 0, -128, 127));
        try (var runner = new KernelRunner(X86Machines.of(X86Machines.AVX512))) {
            runner.add("k", kernel, p);
            String code = runner.assembly();
            assertEquals(group > 0, code.contains("vpmulld") && code.contains("vpmovzxbd"), code);
            assertTrue(code.contains("vpdpbusd"), code);
        }
        return kernel.constants(p);
    }
}
