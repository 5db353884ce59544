/** Types of `second-look.mjs`, which runs without any compiler. */
export function askSecondLook(
  run: (patterns: readonly string[], more: readonly string[]) => Promise<boolean>,
  patterns: readonly string[],
  say?: (line: string) => void,
): Promise<boolean>
