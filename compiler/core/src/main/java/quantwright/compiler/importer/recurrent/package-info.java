/** Recurrent layers unrolled over time, for the importers of every format that has them. */
package quantwright.compiler.importer.recurrent;
