/**
 * Room that the home holds for itself, as a file of bytes that no file system can shrink. When the disk is full it goes,
 * and the database has room to write what it must to stop in order, or to come back after an end.
 * @see security rule 115
 */
import { randomFillSync } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'

/** Four segments of the database's log: what a checkpoint and a recovery write at most before they free some. */
export const RESERVE_BYTES = 64 * 1_048_576
const CHUNK_BYTES = 1_048_576

export class ReserveFile {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  get isHeld(): boolean {
    return existsSync(this.#path)
  }

  /** @throws what the disk refuses; nothing is left then */
  async hold(): Promise<void> {
    const draft = `${this.#path}.new`
    try {
      const file = await open(draft, 'w', 0o600)
      try {
        const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
        for (let bytes = 0; bytes < RESERVE_BYTES; bytes += CHUNK_BYTES) {
          // Equal blocks may lie on the disk once.
          await file.write(randomFillSync(chunk))
        }
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(draft, this.#path)
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
  }

  /** @returns whether there was one */
  release(): boolean {
    const wasHeld = this.isHeld
    rmSync(this.#path, { force: true })
    rmSync(`${this.#path}.new`, { force: true })
    return wasHeld
  }
}
