/** How a promise names the tests that show it. */

/** A file below `test/`, and the tests in it by name; a task of the window counts by the name that its table gives it. */
export type Proof = readonly [file: string, ...tests: readonly string[]]

export const settings = (...tests: readonly string[]): Proof => ['e2e/window-settings.long.test.ts', ...tests]
export const signIn = (...tests: readonly string[]): Proof => ['e2e/window-sign-in.long.test.ts', ...tests]
export const promised = (...tests: readonly string[]): Proof => ['e2e/window-promises.long.test.ts', ...tests]
export const tasks = (file: string, ...names: readonly string[]): Proof => [
  `e2e/window-tasks-${file}.long.test.ts`,
  ...names,
]
export const people = (...tests: readonly string[]): Proof => ['e2e/window-people.long.test.ts', ...tests]
export const federation = (file: string, ...tests: readonly string[]): Proof => [
  `integration/federation/${file}.test.ts`,
  ...tests,
]
export const client = (file: string, ...tests: readonly string[]): Proof => [
  `integration/client-api/${file}.test.ts`,
  ...tests,
]
export const owner = (file: string, ...tests: readonly string[]): Proof => [
  `integration/owner/${file}.test.ts`,
  ...tests,
]
