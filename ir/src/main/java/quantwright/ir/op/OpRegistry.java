package quantwright.ir.op;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The ops one compiler knows: those of {@code ir} and those of its providers. Parser, printer, verifier, docs and support
 * tables all read it. Immutable.
 */
public final class OpRegistry {
    private final Map<String, Class<? extends Op>> byMnemonic = new TreeMap<>();

    /**
     * A registry of the built-in ops and of {@code more}, which are records annotated with {@link OpInfo}.
     *
     * @throws IllegalArgumentException if a mnemonic is taken twice or a class is no annotated record
     */
    public OpRegistry(Collection<Class<? extends Op>> more) {
        List<Class<? extends Op>> all = new ArrayList<>();
        addPermitted(TensorOp.class, all);
        addPermitted(QuantOp.class, all);
        addPermitted(TileOp.class, all);
        all.addAll(more);
        for (Class<? extends Op> type : all) {
            OpInfo info = type.getAnnotation(OpInfo.class);
            if (info == null || !type.isRecord()) {
                throw new IllegalArgumentException(type.getName() + " is not a record with @OpInfo");
            }
            if (byMnemonic.put(info.mnemonic(), type) != null) {
                throw new IllegalArgumentException("mnemonic " + info.mnemonic() + " is taken twice");
            }
        }
    }

    /** The built-in ops alone. */
    public static OpRegistry builtin() {
        return new OpRegistry(List.of());
    }

    private static void addPermitted(Class<? extends Op> family, List<Class<? extends Op>> into) {
        for (Class<?> member : family.getPermittedSubclasses()) {
            into.add(member.asSubclass(Op.class));
        }
    }

    /** The record class with the given mnemonic. */
    public Optional<Class<? extends Op>> find(String mnemonic) {
        return Optional.ofNullable(byMnemonic.get(mnemonic));
    }

    /** All mnemonics, sorted. */
    public Collection<String> mnemonics() {
        return List.copyOf(byMnemonic.keySet());
    }

    /** All record classes, by mnemonic. */
    public Collection<Class<? extends Op>> all() {
        return List.copyOf(byMnemonic.values());
    }
}
