/** What a deployment team does with the files of {@code qw compile --emit}: built and run natively and under emulation. */
package quantwright.tests.deploy;
