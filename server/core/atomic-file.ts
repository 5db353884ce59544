/** Writes small files so that a crash leaves either the old content or the new, never a half. */
import { randomBytes } from 'node:crypto'
import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/**
 * Temp, fsync, rename, fsync of the folder (rule 114). Synchronous: these files are small and written at moments
 * when the next step must not begin without them.
 * @param mode  permission bits of the new file; secrets are 0o600
 * @throws the error of the file system, with nothing left behind
 */
export function writeFileAtomically(path: string, content: string | Uint8Array, mode: number): void {
  const folder = dirname(path)
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.new`)
  try {
    const file = openSync(temporary, 'wx', mode)
    try {
      fchmodSync(file, mode) // the umask may have taken bits away
      // Writes on until all lies there: on a disk that fills up one call may take a part, without an error.
      writeFileSync(file, typeof content === 'string' ? Buffer.from(content) : content)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  syncFolder(folder)
}

/** Makes a rename or a new entry in the folder durable. Windows keeps no handle on folders and needs none. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
