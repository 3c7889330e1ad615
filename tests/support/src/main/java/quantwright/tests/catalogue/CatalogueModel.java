package quantwright.tests.catalogue;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import quantwright.compiler.data.DataSet;
import quantwright.compiler.data.DataSets;
import quantwright.compiler.data.NumericType;
import quantwright.compiler.data.PreparedData;
import quantwright.compiler.data.Preprocessing;
import quantwright.compiler.importer.FormatException;

/**
 * One model of the catalogue.
 *
 * @param id short name, unique
 * @param path the model file
 * @param data labelled evaluation data, if there is any
 * @param calibration data for calibration, if there is any
 * @param inputType element type of the model's input
 * @param preprocessing from stored samples to the model's input
 * @param accuracy top-1 accuracy in percent on {@code data}, by runtime: onnxruntime, builtin, xnnpack
 */
public record CatalogueModel(String id, Path path, Optional<Path> data, Optional<Path> calibration,
                             NumericType inputType, Preprocessing preprocessing, Map<String, Float> accuracy) {
    /** Whether the file is TensorFlow Lite's. */
    public boolean isTfLite() {
        return path.toString().endsWith(".tflite");
    }

    /** The evaluation data as the model takes it. */
    public PreparedData evaluationData() throws FormatException {
        return prepared(data.orElseThrow());
    }

    /** The calibration data as the model takes it. */
    public PreparedData calibrationData() throws FormatException {
        return prepared(calibration.orElseThrow());
    }

    private PreparedData prepared(Path file) throws FormatException {
        DataSet set = DataSets.open(file, Optional.empty()).set();
        return new PreparedData(set, preprocessing, inputType);
    }

    @Override
    public String toString() {
        return id;
    }

    /** Whether the file holds an integer model: those of the catalogue take bytes. */
    public boolean isQuantized() {
        return inputType == NumericType.I8 || inputType == NumericType.U8;
    }
}
