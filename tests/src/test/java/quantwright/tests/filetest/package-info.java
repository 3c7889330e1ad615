/**
 * File tests: {@code .qir} and {@code .qhw} files with what to do and what to expect in their comments.
 *
 * <p>A file holds cases, separated by lines {@code // -----}. A line {@code // RUN: MODE} says what to do; a case
 * without one does what the case above does. Modes: {@code parse}, {@code verify}, {@code interpret} and
 * {@code passes=a,b{option=value}}; each includes those before it. {@code profile} reads a hardware profile and prints it
 * resolved; in its cases, too, the comments with expectations start with {@code //}.
 *
 * <p>Expectations: {@code // CHECK: text}, {@code // CHECK-NEXT: text} and {@code // CHECK-NOT: text} on the printed
 * result (white space counts as one blank); a block {@code // OUTPUT} at the end of the case with the whole result in
 * comments; {@code // expected-error@+1 {{CODE words}}} for a diagnostic on the line below ({@code @-1}, or no offset,
 * for others, {@code @*} for any line). An error that is not expected fails the case, as does an expected one that
 * does not come.
 *
 * <p>With {@code -Dquantwright.bless=true} output blocks and expected errors are rewritten to what comes.
 */
package quantwright.tests.filetest;
