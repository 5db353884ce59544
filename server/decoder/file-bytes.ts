/** Bytes of a file behind a descriptor, wherever they stand. */
import { read } from 'node:fs'
import { promisify } from 'node:util'

const readFd = promisify(read)

export interface FileBytes {
  readonly size: number
  /** Fewer where the file ends. */
  readonly at: (start: number, length: number) => Promise<Buffer>
}

export function fileBytes(fd: number, size: number): FileBytes {
  return {
    size,
    async at(start, length) {
      const wanted = Math.max(0, Math.min(length, size - start))
      const bytes = Buffer.allocUnsafe(wanted)
      let filled = 0
      while (filled < wanted) {
        const { bytesRead } = await readFd(fd, bytes, filled, wanted - filled, start + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return bytes.subarray(0, filled)
    },
  }
}
