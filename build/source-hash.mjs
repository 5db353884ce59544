/** What a result was made from, as one hash. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './paths.mjs'

const NOT_SOURCES = new Set(['dist', 'node_modules'])

/**
 * Adds names and contents of all files below, in a fixed order; a folder that is not there adds nothing.
 * @param {import('node:crypto').Hash} hash
 * @param {string} folder
 */
export function addFolder(hash, folder) {
  if (!existsSync(folder)) return
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (!NOT_SOURCES.has(entry.name)) addFolder(hash, path)
    } else {
      hash.update(`${path.slice(ROOT.length)}\0`).update(readFileSync(path))
    }
  }
}
