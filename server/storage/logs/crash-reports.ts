/** The reports that the desktop shell keeps when one of its processes falls; they hold memory, so only their number is told. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

export async function countCrashReports(logFolder: string): Promise<number> {
  try {
    const names = await readdir(join(logFolder, 'crashes'), { recursive: true })
    return names.filter((name) => name.endsWith('.dmp')).length
  } catch {
    return 0 // a home without a desktop has no such folder
  }
}
