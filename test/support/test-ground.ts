/** A data directory of its own for a test of the supervisor. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TestGround {
  /** The data directory, absolute. */
  readonly path: string
  /** To be called when everything in it has stopped: hooks of a test run in the order they were added. */
  readonly remove: () => void
}

/**
 * @param name  of a folder below the test's own, which is yet to be made; by default the test's own folder, which is
 *   there
 */
export function openTestGround(name?: string): TestGround {
  const own = mkdtempSync(join(tmpdir(), 'hb-test-'))
  const remove = (): void => rmSync(own, { recursive: true, force: true, maxRetries: 5 })
  if (name === undefined) return { path: own, remove }
  // Run by root, the account of the database has to pass through it.
  chmodSync(own, 0o711)
  const path = join(own, name)
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o711 })
  return { path, remove }
}
