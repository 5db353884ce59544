/**
 * Brings every file from one store to another, each looked at by its hash on the way. What is there already is passed over, so
 * that it can be broken off and run again, also while the home is used: what is written meanwhile is found by another run.
 */
import type { MediaStore } from '../../storage/media-store.ts'
import { contentKey } from '../../storage/media-store.ts'
import { endingOfKey, typeOfKey } from '../media/media-types.ts'

export interface CopiedFiles {
  readonly copied: number
  readonly bytes: number
  /** There already, with the same size. */
  readonly present: number
  /** Not what their name says, or gone: they were left alone. */
  readonly damaged: readonly string[]
}

/** @throws HomebirdError STORAGE_UNREACHABLE, STORAGE_FULL */
export async function copyFiles(
  from: MediaStore,
  to: MediaStore,
  tell: (copied: number) => void,
): Promise<CopiedFiles> {
  const damaged: string[] = []
  let [copied, bytes, present] = [0, 0, 0]
  for await (const { key, size } of from.list()) {
    const there = await to.find(key)
    if (there !== null && there.size === size) {
      present += 1
    } else if (await copyOne(from, to, key)) {
      copied += 1
      bytes += size
      tell(copied)
    } else {
      damaged.push(key)
    }
  }
  return { copied, bytes, present, damaged }
}

/** @returns false for what is not what its name says */
async function copyOne(from: MediaStore, to: MediaStore, key: string): Promise<boolean> {
  const stream = await from.open(key)
  if (stream === null) return false
  // A store without room has not begun to read it.
  const written = await to.write(stream).finally(() => stream.destroy())
  if (contentKey(written.sha256, endingOfKey(key)) !== key) {
    await written.discard()
    return false
  }
  await written.keep(key, typeOfKey(key) ?? undefined)
  return true
}
