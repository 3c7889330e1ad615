package quantwright.bench;

import java.util.ArrayList;
import java.util.List;
import quantwright.backend.llvm.kernel.TensorView;
import quantwright.backend.llvm.kernel.Window;

/**
 * A convolution, depthwise convolution or dense layer of a known network; padding keeps ceil(extent / stride) outputs.
 *
 * @param network where it occurs
 * @param depthwise one filter for each channel
 * @param height input rows
 * @param width input pixels of a row
 * @param inputs input channels
 * @param outputs output channels
 * @param kernelHeight rows of the filter
 * @param kernelWidth columns of the filter
 * @param stride of both axes
 */
record Layer(String network, boolean depthwise, int height, int width, int inputs, int outputs, int kernelHeight,
             int kernelWidth, int stride) {
    /** A short name without blanks, unique. */
    String id() {
        String kind = depthwise ? "dw" : height * width == 1 ? "fc" : "conv";
        return network + ":" + kind + kernelHeight + "x" + kernelWidth + (stride > 1 ? "s" + stride : "") + ":" + height
                + "x" + width + "x" + inputs + (depthwise ? "" : "-" + outputs);
    }

    int outHeight() {
        return (height + stride - 1) / stride;
    }

    int outWidth() {
        return (width + stride - 1) / stride;
    }

    private static int padding(int extent, int out, int kernel, int stride) {
        return Math.max(0, (out - 1) * stride + kernel - extent);
    }

    int verticalPadding() {
        return padding(height, outHeight(), kernelHeight, stride);
    }

    int horizontalPadding() {
        return padding(width, outWidth(), kernelWidth, stride);
    }

    Window window() {
        return new Window(kernelHeight, kernelWidth, stride, stride, 1, 1, verticalPadding() / 2,
                horizontalPadding() / 2);
    }

    TensorView in(int elementBytes) {
        int left = horizontalPadding() / 2;
        return TensorView.withHalo(height, width, inputs, elementBytes, left, horizontalPadding() - left);
    }

    TensorView out(int elementBytes) {
        return TensorView.dense(outHeight(), outWidth(), outputs, elementBytes);
    }

    /** Elements of the weights. */
    int weights() {
        return outputs * kernelHeight * kernelWidth * (depthwise ? 1 : inputs);
    }

    /** Each distinct layer shape of the networks the speed goals are stated for, in their order. */
    static List<Layer> all() {
        Shapes s = new Shapes();
        s.network("mobilenet-v2").conv(224, 3, 32, 3, 2).conv(112, 32, 16, 1, 1).conv(112, 16, 96, 1, 1)
                .depthwise(112, 96, 2)
                .conv(56, 96, 24, 1, 1).conv(56, 24, 144, 1, 1).depthwise(56, 144, 1).conv(56, 144, 24, 1, 1)
                .depthwise(56, 144, 2).conv(28, 144, 32, 1, 1).conv(28, 32, 192, 1, 1).depthwise(28, 192, 1)
                .conv(28, 192, 32, 1, 1).depthwise(28, 192, 2).conv(14, 192, 64, 1, 1).conv(14, 64, 384, 1, 1)
                .depthwise(14, 384, 1).conv(14, 384, 64, 1, 1).conv(14, 384, 96, 1, 1).conv(14, 96, 576, 1, 1)
                .depthwise(14, 576, 1).conv(14, 576, 96, 1, 1).depthwise(14, 576, 2).conv(7, 576, 160, 1, 1)
                .conv(7, 160, 960, 1, 1).depthwise(7, 960, 1).conv(7, 960, 160, 1, 1).conv(7, 960, 320, 1, 1)
                .conv(7, 320, 1280, 1, 1).conv(1, 1280, 1001, 1, 1);
        s.network("resnet50").conv(224, 3, 64, 7, 2).conv(56, 64, 64, 1, 1).conv(56, 64, 64, 3, 1)
                .conv(56, 64, 256, 1, 1)
                .conv(56, 256, 64, 1, 1).conv(56, 128, 128, 3, 2).conv(28, 128, 128, 3, 1).conv(28, 128, 512, 1, 1)
                .conv(28, 512, 128, 1, 1).conv(14, 256, 256, 3, 1).conv(14, 256, 1024, 1, 1).conv(14, 1024, 256, 1, 1)
                .conv(7, 512, 512, 3, 1).conv(7, 512, 2048, 1, 1).conv(7, 2048, 512, 1, 1).conv(1, 2048, 1000, 1, 1);
        s.network("resnet8").conv(32, 3, 16, 3, 1).conv(32, 16, 16, 3, 1).conv(32, 16, 32, 3, 2).conv(16, 32, 32, 3, 1)
                .conv(32, 16, 32, 1, 2).conv(16, 32, 64, 3, 2).conv(8, 64, 64, 3, 1).conv(16, 32, 64, 1, 2)
                .conv(1, 64, 10, 1, 1);
        s.network("ds-cnn").add(false, 49, 10, 1, 64, 10, 4, 2).add(true, 25, 5, 64, 64, 3, 3, 1)
                .add(false, 25, 5, 64, 64, 1, 1, 1).conv(1, 64, 12, 1, 1);
        s.network("vww").conv(96, 3, 8, 3, 2).depthwise(48, 8, 1).conv(48, 8, 16, 1, 1).depthwise(48, 16, 2)
                .conv(24, 16, 32, 1, 1).depthwise(24, 32, 1).conv(24, 32, 32, 1, 1).depthwise(24, 32, 2)
                .conv(12, 32, 64, 1, 1).depthwise(12, 64, 1).conv(12, 64, 64, 1, 1).depthwise(12, 64, 2)
                .conv(6, 64, 128, 1, 1).depthwise(6, 128, 1).conv(6, 128, 128, 1, 1).depthwise(6, 128, 2)
                .conv(3, 128, 256, 1, 1).depthwise(3, 256, 1).conv(3, 256, 256, 1, 1).conv(1, 256, 2, 1, 1);
        s.network("ad01").conv(1, 640, 128, 1, 1).conv(1, 128, 128, 1, 1).conv(1, 128, 8, 1, 1).conv(1, 8, 128, 1, 1)
                .conv(1, 128, 640, 1, 1);
        return List.copyOf(s.layers);
    }

    /** Dense layers of one row whose 8-bit weights, 4 and 16 MiB, come from behind the second-level cache. */
    static List<Layer> memoryBound() {
        return new Shapes().network("dense").conv(1, 2048, 2048, 1, 1).conv(1, 4096, 4096, 1, 1).layers;
    }

    /** Collects layers. */
    private static final class Shapes {
        private final List<Layer> layers = new ArrayList<>();
        private String network;

        Shapes network(String name) {
            network = name;
            return this;
        }

        Shapes add(boolean depthwise, int height, int width, int inputs, int outputs, int kernelHeight, int kernelWidth,
                int stride) {
            layers.add(new Layer(network, depthwise, height, width, inputs, outputs, kernelHeight, kernelWidth,
                    stride));
            return this;
        }

        Shapes conv(int extent, int inputs, int outputs, int kernel, int stride) {
            return add(false, extent, extent, inputs, outputs, kernel, kernel, stride);
        }

        Shapes depthwise(int extent, int channels, int stride) {
            return add(true, extent, extent, channels, channels, 3, 3, stride);
        }
    }
}
