package quantwright.tests.differential;

import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.data.PreparedData;
import quantwright.compiler.data.Preprocessing;
import quantwright.compiler.driver.Model;
import quantwright.compiler.importer.FormatException;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.RandomData;

/** Samples to run catalogue models on: their evaluation data, or noise where there is none. */
public final class CatalogueFeeds {
    private CatalogueFeeds() {
    }

    /** The first samples of a model. */
    public static ModelFeed of(CatalogueModel entry, Model model, int samples) throws FormatException {
        PreparedData data = entry.data().isPresent() ? entry.evaluationData()
                : new PreparedData(new RandomData(model.input(), samples), Preprocessing.none(), entry.inputType());
        return new ModelFeed(data, model.input()).first(samples);
    }
}
