package quantwright.compiler.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import quantwright.compiler.data.JsonObject;
import quantwright.compiler.data.Preprocessing;
import quantwright.compiler.importer.FormatException;

class PreprocessingFileTest {
    @Test
    void everyMemberSurvives() throws FormatException {
        Preprocessing steps = Preprocessing.of(JsonObject.parse("""
                {"layout": "CHW", "colour": "BGR", "offset": 83, "multiply": 0.5847029, "divide": 127.5,
                 "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "quantize": {"scale": 0.0078125, "zero": -3},
                 "label_offset": 1}""", "test"));
        Preprocessing read = Preprocessing.of(JsonObject.parse(PreprocessingFile.json(steps), "written"));
        assertEquals(steps.layout(), read.layout());
        assertEquals(steps.reverseChannels(), read.reverseChannels());
        assertEquals(steps.offset(), read.offset());
        assertEquals(steps.multiply(), read.multiply());
        assertEquals(steps.divide(), read.divide());
        assertArrayEquals(steps.mean(), read.mean());
        assertArrayEquals(steps.std(), read.std());
        assertEquals(steps.quantize(), read.quantize());
        assertEquals(steps.labelOffset(), read.labelOffset());
    }
}
