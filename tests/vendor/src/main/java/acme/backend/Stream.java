package acme.backend;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import quantwright.backend.vendor.VendorModel;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Constant;

/** The chip's own command stream: for each op a number, its operands' places and its result's. Big-endian. */
final class Stream {
    private static final int MAGIC = 0x41434d45;

    /** One command. */
    record Command(int node, List<VendorModel.Place> operands, VendorModel.Place result) {
    }

    private Stream() {
    }

    static byte[] encode(VendorModel model) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            int index = 0;
            for (Node node : model.tile()) {
                if (!(node.op() instanceof Constant)) {
                    out.writeInt(index);
                    out.writeByte(node.operands().size());
                    for (Value operand : node.operands()) {
                        write(out, model.place(operand));
                    }
                    write(out, model.place(node.result()));
                }
                index++;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, VendorModel.Place place) throws IOException {
        out.writeByte(place.space().ordinal());
        out.writeByte(place.index());
        out.writeInt((int) place.offset());
        out.writeInt((int) place.bytes());
    }

    static List<Command> decode(byte[] stream) {
        ByteBuffer in = ByteBuffer.wrap(stream);
        if (in.getInt() != MAGIC) {
            throw new IllegalArgumentException("not a stream of this chip");
        }
        List<Command> commands = new ArrayList<>();
        while (in.hasRemaining()) {
            int node = in.getInt();
            List<VendorModel.Place> operands = new ArrayList<>();
            for (int i = in.get(); i > 0; i--) {
                operands.add(place(in));
            }
            commands.add(new Command(node, operands, place(in)));
        }
        return commands;
    }

    private static VendorModel.Place place(ByteBuffer in) {
        return new VendorModel.Place(VendorModel.Space.values()[in.get()], in.get(), in.getInt(), in.getInt());
    }
}
