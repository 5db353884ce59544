/**
 * Brings the media of a restored home to where the home keeps its own. They are named by their content, so nothing that is sound
 * is replaced by anything else, and what is there of the home before stays for it.
 */
import { constants, existsSync } from 'node:fs'
import { copyFile, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder } from '../../core/atomic-file.ts'
import type { Config } from '../../core/config.ts'
import type { DataDir } from '../../core/data-dir.ts'
import { arrivedMedia } from '../copies/change-places.ts'

const KEY_FOLDER = /^[0-9a-f]{2}$/

/** Where media of this machine lie: what comes in lies there with every backend. */
export function mediaFolderOf(
  { mediaRoot, mediaBackend }: Pick<Config, 'mediaRoot' | 'mediaBackend'>,
  dir: DataDir,
): string {
  const ofBackend = mediaBackend.kind === 'local' ? (mediaBackend.folder ?? null) : null
  return ofBackend ?? mediaRoot ?? dir.media
}

/** Does nothing where none arrived. Broken off, it goes on at the next start. */
export async function takeInMedia(dir: DataDir, folder: string): Promise<void> {
  const arrived = arrivedMedia(dir)
  if (!existsSync(arrived)) return
  for (const room of await readdir(arrived)) {
    if (!KEY_FOLDER.test(room)) continue
    const target = join(folder, room)
    await mkdir(target, { recursive: true, mode: 0o700 })
    for (const name of await readdir(join(arrived, room)))
      await takeIn(join(arrived, room, name), join(target, name))
    syncFolder(target)
  }
  await rm(arrived, { recursive: true, force: true })
}

async function takeIn(from: string, to: string): Promise<void> {
  try {
    // Also in the place of what is there: what arrives was proven, and what lies there may have been damaged since.
    await rename(from, to)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error
    // On another disk: a name always means a whole file there too.
    const draft = join(dirname(to), `.${process.pid}.new`)
    await rm(draft, { force: true })
    await copyFile(from, draft, constants.COPYFILE_EXCL)
    const file = await open(draft, 'r+')
    try {
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, to)
  }
}
