/** How much room a folder takes, with all that is in it. */
import type { Dirent } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'

/** A folder with more in it is not walked to its end: the figure would cost more than it is worth. */
const MOST_FILES = 200_000

/**
 * Bytes of the files in the folder and below. What goes while it is looked at counts as nothing; null where the folder is not
 * there, may not be read, or holds too many files.
 */
export async function folderBytes(folder: string): Promise<number | null> {
  const folders = [folder]
  let [bytes, files] = [0, 0]
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    try {
      for await (const entry of await opendir(next)) {
        files += 1
        if (files > MOST_FILES) return null
        if (entry.isDirectory()) folders.push(join(next, entry.name))
        else bytes += await bytesOf(next, entry)
      }
    } catch {
      if (next === folder) return null
    }
  }
  return bytes
}

async function bytesOf(folder: string, entry: Dirent): Promise<number> {
  if (!entry.isFile()) return 0
  try {
    return (await lstat(join(folder, entry.name))).size
  } catch {
    return 0 // gone between the two looks
  }
}
