package quantwright.backend.npu.plan;

/** A layer does not fit the scratchpad, however it is cut. */
public final class NoRoom extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Layer layer;

    NoRoom(Layer layer) {
        super(layer.node().result().name() + " does not fit the scratchpad");
        this.layer = layer;
    }

    /** The layer. */
    public Layer layer() {
        return layer;
    }
}
