package quantwright.compiler.data;

import java.util.Optional;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.type.TensorType;

/**
 * Data as the user named it.
 *
 * @param set the samples as stored
 * @param preprocessing what a manifest says is to be done to each; empty when no manifest was given
 */
public record OpenedData(DataSet set, Optional<Preprocessing> preprocessing) {
    /**
     * The samples as inputs of a model. Without a manifest they are taken as they are.
     *
     * @param input the model's input, batch first
     * @return the feed
     * @throws FormatException if they do not fit the input
     */
    public ModelFeed feed(TensorType input) throws FormatException {
        var storage = input.storage();
        NumericType target = switch (storage) {
            case F32 -> NumericType.F32;
            case I8 -> NumericType.I8;
            case U8 -> NumericType.U8;
            case I32 -> NumericType.I32;
            case I64 -> NumericType.I64;
            default -> throw new FormatException(DataDiagnostic.WRONG_SHAPE, set.name(), "",
                "samples are not prepared as " + storage + ", only as f32, i8, u8, i32 and i64");
        };
        return new ModelFeed(new PreparedData(set, preprocessing.orElse(Preprocessing.none()), target), input);
    }
}
