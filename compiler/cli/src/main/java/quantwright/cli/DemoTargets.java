package quantwright.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import quantwright.compiler.driver.On;
import quantwright.compiler.driver.Quantwright;
import quantwright.profiles.CpuMachine;
import quantwright.profiles.HardwareProfile;

/** The machines the tour compiles for, one of each kind that is installed. */
final class DemoTargets {
    /**
     * A machine.
     *
     * @param profile its profile
     * @param on what runs its code here; empty if nothing does
     */
    record Target(HardwareProfile profile, Optional<On> on) {
    }

    private DemoTargets() {
    }

    /**
     * Chooses the targets: the profile that makes the most of this host, the one that asks least of it, portable code, the
     * CPU of another architecture with the most extensions, the smallest NPU. Where no native code runs, portable code is
     * first.
     */
    static List<Target> of(Quantwright driver) {
        Map<String, Target> targets = new LinkedHashMap<>();
        driver.hostProfile().ifPresent(p -> add(targets, p, Optional.of(On.HOST)));
        Comparator<HardwareProfile> modest = Comparator.<HardwareProfile>comparingInt(p -> cpu(p).vectorBits())
                .thenComparingInt(p -> cpu(p).features().size()).thenComparing(HardwareProfile::id);
        all(driver, p -> p.cpu().isPresent() && runs(driver, p)).stream().min(modest)
                .ifPresent(p -> add(targets, p, Optional.of(On.HOST)));
        add(targets, driver.portableProfile(), Optional.of(On.JVM));
        all(driver, p -> p.cpu().isPresent() && compiles(driver, p) && !runs(driver, p) && targets.values().stream()
                .noneMatch(t -> t.profile().cpu().map(CpuMachine::isa).equals(p.cpu().map(CpuMachine::isa))))
                .stream().max(modest).ifPresent(p -> add(targets, p, Optional.empty()));
        all(driver, p -> p.npu().isPresent() && compiles(driver, p)).stream()
                .min(Comparator.<HardwareProfile>comparingLong(p -> p.npu().orElseThrow().array().peakMacs())
                        .thenComparing(HardwareProfile::id))
                .ifPresent(p -> add(targets, p, Optional.of(On.SIMULATOR)));
        return List.copyOf(targets.values());
    }

    private static void add(Map<String, Target> targets, HardwareProfile profile, Optional<On> on) {
        targets.putIfAbsent(profile.id(), new Target(profile, on));
    }

    private static CpuMachine cpu(HardwareProfile profile) {
        return profile.cpu().orElseThrow();
    }

    private static List<HardwareProfile> all(Quantwright driver, Predicate<HardwareProfile> wanted) {
        List<HardwareProfile> found = new ArrayList<>();
        for (String id : driver.profiles().ids()) {
            HardwareProfile profile = driver.profiles().find(id);
            if (wanted.test(profile)) {
                found.add(profile);
            }
        }
        return found;
    }

    private static boolean compiles(Quantwright driver, HardwareProfile profile) {
        return driver.backends().stream().anyMatch(b -> b.accepts(profile));
    }

    private static boolean runs(Quantwright driver, HardwareProfile profile) {
        return driver.backends().stream().anyMatch(b -> !b.isPortable() && b.accepts(profile)
                && b.hostRefusal(profile).isEmpty());
    }
}
