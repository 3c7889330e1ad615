/** What each layer of a model costs in accuracy at each precision, measured on calibration data. */
package quantwright.compiler.sensitivity;
