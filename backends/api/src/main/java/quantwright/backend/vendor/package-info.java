/** The second path: what a backend of a chip outside the machine templates starts from. */
package quantwright.backend.vendor;
