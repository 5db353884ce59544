/** Programs that the system may have or not. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where the system has this program; null where it has none. */
export function findProgram(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  for (const folder of folders) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Not in this one.
    }
  }
  return null
}
