package quantwright.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quantwright.backend.llvm.kernel.CpuKernels;
import quantwright.profiles.ProfileCatalogue;

class KernelCaseTest {
    @ParameterizedTest
    @ValueSource(strings = {"x86-avx512-vnni", "x86-avx2"})
    void everyLayerHasAnIntegerAndAFloatKernel(String profile) {
        CpuKernels kernels = Host.backend().kernels(Host.backend().target(new ProfileCatalogue().find(profile)));
        Set<String> ids = KernelCase.all(kernels).keySet();
        List<Layer> layers = Layer.all();
        assertEquals(layers.size(), layers.stream().map(Layer::id).collect(Collectors.toSet()).size());
        for (Layer layer : layers) {
            assertTrue(ids.contains("i8:" + layer.id()), layer.id());
            assertTrue(ids.contains("f32:" + layer.id()), layer.id());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mobilenet-v2:conv3x3s2:224x224x3-32", "resnet50:conv7x7s2:224x224x3-64",
            "vww:dw3x3s2:48x48x16"})
    void workIsOutputsTimesTaps(String id) {
        CpuKernels kernels = Host.backend().kernels(Host.backend().target(new ProfileCatalogue().find("x86-avx2")));
        long expected = switch (id) {
            case "mobilenet-v2:conv3x3s2:224x224x3-32" -> 112L * 112 * 32 * 27;
            case "resnet50:conv7x7s2:224x224x3-64" -> 112L * 112 * 64 * 147;
            default -> 24L * 24 * 16 * 9;
        };
        assertEquals(expected, KernelCase.all(kernels).get("i8:" + id).work());
    }
}
