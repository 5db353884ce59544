/** A program to be run by another one, such as one that changes the network first. */

/** @param within  the other program and its words; empty where there is none */
export function commandIn(
  within: readonly string[],
  program: string,
  args: readonly string[],
): { readonly program: string; readonly args: string[] } {
  const [first, ...rest] = within
  if (first === undefined) return { program, args: [...args] }
  return { program: first, args: [...rest, program, ...args] }
}
