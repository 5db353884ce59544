/** A data directory of its own for a test of the supervisor, removed after everything that the test opened later. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { afterInReverse } from './after-in-reverse.ts'

/**
 * @param name  of a folder below the test's own, which is yet to be made; by default the test's own folder, which is
 *   there
 * @returns its absolute path
 */
export function testDataDir(t: TestContext, name?: string): string {
  const own = mkdtempSync(join(tmpdir(), 'hb-test-'))
  afterInReverse(t, () => rmSync(own, { recursive: true, force: true, maxRetries: 5 }))
  if (name === undefined) return own
  // Run by root, the account of the database has to pass through it.
  chmodSync(own, 0o711)
  const path = join(own, name)
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o711 })
  return path
}
