package quantwright.ir.op;

/** How a nearest-neighbour position is rounded (ONNX nearest_mode). */
public enum ResizeNearest { ROUND_PREFER_FLOOR, ROUND_PREFER_CEIL, FLOOR, CEIL }
