package quantwright.compiler.importer.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.ir.op.Cast;
import quantwright.ir.op.Expand;
import quantwright.ir.op.Identity;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Transpose;
import quantwright.ir.type.Ints;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;

/** Ops that give the same elements another shape, order or type. */
final class ShapeOps {
    private ShapeOps() {
    }

    static void register(OpTable table) {
        table.add("Identity", cx -> cx.set(0, cx.emit(new Identity(), cx.raw(0))));
        table.add("Dropout", ShapeOps::dropout);
        table.add("Cast", ShapeOps::cast);
        table.add("CastLike", ShapeOps::castLike);
        table.add("Reshape", ShapeOps::reshape);
        table.add("Flatten", ShapeOps::flatten);
        table.add("Squeeze", ShapeOps::squeeze);
        table.add("Unsqueeze", ShapeOps::unsqueeze);
        table.add("Transpose", ShapeOps::transpose);
        table.add("Expand", ShapeOps::expand);
        table.add("Tile", ShapeOps::tile);
    }

    private static void dropout(NodeContext cx) {
        cx.attributes().floatOr("ratio", 0.5f);
        cx.attributes().intOr("seed", 0);
        if (cx.has(2) && cx.known(2, "training_mode").integer(0) != 0) {
            throw cx.unsupported("operand 2 (training_mode) is true: only inference is supported");
        }
        Edge x = cx.raw(0);
        cx.set(0, cx.emit(new Identity(), x));
        if (cx.wants(1)) {
            // Inference drops nothing.
            Edge kept = Emitter.scalar(cx.opset() < 10 ? x.type().storage() : ScalarType.BOOL, 1);
            cx.set(1, cx.emit(new Expand(Ints.of(x.shape().toArray())), kept));
        }
    }

    private static void cast(NodeContext cx) {
        cx.attributes().require("to");
        ScalarType to = OnnxTypes.scalar(cx.attributes().intOr("to", 0));
        cx.attributes().intOr("saturate", 1);
        cx.attributes().stringOr("round_mode", "up");
        cx.set(0, cx.emit(new Cast(to), cx.input(0)));
    }

    private static void castLike(NodeContext cx) {
        cx.attributes().intOr("saturate", 1);
        cx.attributes().stringOr("round_mode", "up");
        cx.set(0, cx.emit(new Cast(cx.input(1).type().storage()), cx.input(0)));
    }

    private static void reshape(NodeContext cx) {
        Edge x = cx.movable(0);
        boolean zeroIsZero = cx.attributes().flag("allowzero", false);
        long[] asked = cx.knownLongs(1, "shape");
        List<Long> dims = new ArrayList<>();
        long known = 1;
        int open = -1;
        for (int i = 0; i < asked.length; i++) {
            long d = asked[i];
            if (d == 0 && !zeroIsZero) {
                if (i >= x.rank()) {
                    throw cx.badShape("shape " + Arrays.toString(asked) + " keeps axis " + i + " of " + x.shape());
                }
                d = x.dim(i);
            }
            if (d == -1 && open < 0) {
                open = i;
            } else if (d < 0) {
                throw cx.badShape("shape " + Arrays.toString(asked) + " is not valid");
            } else {
                known = Math.multiplyExact(known, d);
            }
            dims.add(d);
        }
        if (open >= 0) {
            long count = x.shape().elementCount();
            if (known == 0 || count % known != 0) {
                throw cx.badShape("cannot reshape " + x.shape() + " to " + Arrays.toString(asked));
            }
            dims.set(open, count / known);
        }
        cx.set(0, cx.emit(new Reshape(Ints.of(OnnxTypes.shape(dims).toArray())), x));
    }

    private static void flatten(NodeContext cx) {
        Edge x = cx.movable(0);
        int given = cx.attributes().intOr("axis", 1);
        int axis = given == x.rank() ? given : cx.axis(given, x.rank());
        cx.set(0, cx.emitter().reshape(x, Math.toIntExact(x.shape().product(0, axis)),
                Math.toIntExact(x.shape().product(axis, x.rank()))));
    }

    /** Axes as operand 1 from operand set 13 on, as an attribute before; null if not given. */
    private static int[] axes(NodeContext cx) {
        if (cx.opset() < 13) {
            return cx.attributes().intsOrNull("axes");
        }
        return cx.has(1) ? cx.knownInts(1, "axes") : null;
    }

    private static void squeeze(NodeContext cx) {
        Edge x = cx.movable(0);
        int[] given = axes(cx);
        boolean[] dropped = new boolean[x.rank()];
        for (int i = 0; i < x.rank() && given == null; i++) {
            dropped[i] = x.dim(i) == 1;
        }
        for (int a : given == null ? new int[0] : given) {
            int axis = cx.axis(a, x.rank());
            if (x.dim(axis) != 1) {
                throw cx.badShape("axis " + a + " of " + x.shape() + " is not 1");
            }
            dropped[axis] = true;
        }
        cx.set(0, cx.emitter().reshape(x, IntStream.range(0, x.rank()).filter(i -> !dropped[i]).map(x::dim).toArray()));
    }

    private static void unsqueeze(NodeContext cx) {
        Edge x = cx.movable(0);
        int[] given = axes(cx);
        if (given == null) {
            throw new ImportFailure(ImportDiagnostic.BAD_ATTRIBUTE, "axes are missing");
        }
        int rank = x.rank() + given.length;
        boolean[] added = new boolean[rank];
        for (int a : given) {
            int axis = cx.axis(a, rank);
            if (added[axis]) {
                throw cx.badShape("axis " + a + " is named twice");
            }
            added[axis] = true;
        }
        int[] dims = new int[rank];
        int next = 0;
        for (int i = 0; i < rank; i++) {
            dims[i] = added[i] ? 1 : x.dim(next++);
        }
        cx.set(0, cx.emitter().reshape(x, dims));
    }

    private static void transpose(NodeContext cx) {
        Edge x = cx.movable(0);
        int[] permutation = cx.attributes().intsOrNull("perm");
        if (permutation == null) {
            permutation = IntStream.range(0, x.rank()).map(i -> x.rank() - 1 - i).toArray();
        }
        cx.set(0, cx.emit(new Transpose(Ints.of(permutation)), x));
    }

    private static void expand(NodeContext cx) {
        Edge x = cx.movable(0);
        Shape asked = OnnxTypes.shape(Arrays.stream(cx.knownLongs(1, "shape")).boxed().toList());
        Shape out = Shape.broadcast(x.shape(), asked);
        if (out == null) {
            throw cx.badShape(x.shape() + " does not broadcast to " + asked);
        }
        cx.set(0, cx.emit(new Expand(Ints.of(out.toArray())), x));
    }

    /** Each repeated axis gets a new one before it, which is broadcast and then merged. */
    private static void tile(NodeContext cx) {
        Edge x = cx.movable(0);
        long[] repeats = cx.knownLongs(1, "repeats");
        if (repeats.length != x.rank()) {
            throw cx.badShape(repeats.length + " repeats for shape " + x.shape());
        }
        List<Long> apart = new ArrayList<>();
        List<Long> wide = new ArrayList<>();
        List<Long> joined = new ArrayList<>();
        for (int i = 0; i < x.rank(); i++) {
            apart.add(1L);
            apart.add((long) x.dim(i));
            wide.add(repeats[i]);
            wide.add((long) x.dim(i));
            joined.add(Math.multiplyExact(repeats[i], (long) x.dim(i)));
        }
        Edge split = cx.emitter().reshape(x, OnnxTypes.shape(apart).toArray());
        Edge spread = cx.emit(new Expand(Ints.of(OnnxTypes.shape(wide).toArray())), split);
        cx.set(0, cx.emitter().reshape(spread, OnnxTypes.shape(joined).toArray()));
    }
}
