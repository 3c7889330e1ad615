package quantwright.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of the distribution. */
final class Version implements IVersionProvider {
    static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        if (version == null) {
            version = Version.class.getModule().getDescriptor() == null ? null
                    : Version.class.getModule().getDescriptor().rawVersion().orElse(null);
        }
        return version == null ? "development" : version;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"qw " + text()};
    }
}
