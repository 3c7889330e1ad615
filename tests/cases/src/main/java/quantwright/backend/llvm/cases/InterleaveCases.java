package quantwright.backend.llvm.cases;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Random;
import quantwright.backend.llvm.kernel.InterleaveSpec;
import quantwright.backend.llvm.kernel.InterleaveTemplate;
import quantwright.backend.llvm.kernel.TensorView;
import quantwright.backend.llvm.kernel.VectorIsa;

public final class InterleaveCases {
    private InterleaveCases() {
    }

    /** Every channel count and element size; returns how many cases that were. */
    public static int check(KernelMachine machine, VectorIsa isa) throws Throwable {
        var r = new Random(3);
        try (var runner = new KernelRunner(machine)) {
            var specs = new ArrayList<InterleaveSpec>();
            for (int c = 1; c <= InterleaveSpec.CHANNELS; c++) {
                for (int bytes : new int[] {1, 4}) {
                    for (int width : new int[] {1, 7, 16, 45}) {
                        long plane = 3L * width * bytes + 5;
                        var view = TensorView.withHalo(3, width, c, bytes, r.nextInt(2), 1);
                        specs.add(new InterleaveSpec(view, bytes, plane, (long) width * bytes, specs.size() % 2 == 0));
                        specs.add(new InterleaveSpec(view, bytes, plane, (long) width * bytes, specs.size() % 2 == 0));
                    }
                }
            }
            for (int i = 0; i < specs.size(); i++) {
                runner.add("k" + i, KernelRunner.selected(new InterleaveTemplate(isa), specs.get(i)),
                    new InterleaveTemplate.None());
            }
            runner.build();
            for (int i = 0; i < specs.size(); i++) {
                run(runner, "k" + i, specs.get(i), r);
            }
            return runner.size();
        }
    }

    private static void run(KernelRunner runner, String name, InterleaveSpec s, Random r) throws Throwable {
        TensorView v = s.pixels();
        int bytes = s.elementBytes();
        byte[] planes = new byte[(int) (s.planePitch() * (v.channels() - 1) + v.height() * s.rowPitch())];
        byte[] pixels = new byte[(int) (v.offset(v.height() - 1, v.width() - 1) + v.channels() * bytes)];
        r.nextBytes(planes);
        r.nextBytes(pixels);
        byte[] expected = (s.toPixels() ? pixels : planes).clone();
        for (int y = 0; y < v.height(); y++) {
            for (int x = 0; x < v.width(); x++) {
                for (int c = 0; c < v.channels(); c++) {
                    int plane = (int) (c * s.planePitch() + y * s.rowPitch() + (long) x * bytes);
                    int pixel = (int) v.offset(y, x) + c * bytes;
                    System.arraycopy(s.toPixels() ? planes : pixels, s.toPixels() ? plane : pixel, expected,
                        s.toPixels() ? pixel : plane, bytes);
                }
            }
        }
        MemorySegment in = runner.place(s.toPixels() ? planes : pixels, (byte) 0x5a);
        MemorySegment out = runner.place(s.toPixels() ? pixels : planes, (byte) 0x33);
        runner.call(name, in, out, runner.constants(name));
        assertArrayEquals(expected, out.toArray(ValueLayout.JAVA_BYTE), s.toString());
        runner.checkGuards(s.toString());
    }
}
