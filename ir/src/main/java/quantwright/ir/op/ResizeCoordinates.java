package quantwright.ir.op;

/** How an output position maps to an input position (ONNX coordinate_transformation_mode). */
public enum ResizeCoordinates { HALF_PIXEL, PYTORCH_HALF_PIXEL, ASYMMETRIC, ALIGN_CORNERS }
