/** Files that come with the installation. */
package quantwright.backend.files;
