/**
 * Copies whose secrets are plain files. They stay so when the home itself is sealed: a copy is there to go back to an earlier
 * Homebird, which may know nothing of seals, and to another computer, whose keychain has not this home's key.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DataDir } from '../../core/data-dir.ts'
import { isHomebirdError } from '../../core/errors.ts'
import { readSealState } from '../seal-file.ts'
import { copyFolder, listCopies } from './copy-manifest.ts'
import { COPY_PARTS } from './take-copy.ts'

/** @returns their names, newest first */
export function plainCopies(dir: DataDir): string[] {
  return listCopies(dir)
    .map(({ name }) => name)
    .filter((name) => isPlain(copyFolder(dir, name)))
}

/** For a person: what such copies mean, and how to be rid of them. */
export function sayPlainCopies(dir: DataDir, names: readonly string[]): string {
  return `These copies of the home still hold its secrets as plain files, as only so an earlier Homebird can take them back: ${names.join(', ')}. Delete them from ${dir.backups} as soon as you need no way back`
}

function isPlain(folder: string): boolean {
  const secrets = join(folder, COPY_PARTS.secrets)
  if (!existsSync(secrets) && !existsSync(join(folder, COPY_PARTS.store))) return false
  try {
    return readSealState({ secrets }).key === null
  } catch (error) {
    // One that cannot be understood comes from a home that has been sealed.
    if (isHomebirdError(error, 'SECRETS_SEALED')) return false
    throw error
  }
}
