/** What connects the driver with the simulator. */
package quantwright.cli.simulator;
