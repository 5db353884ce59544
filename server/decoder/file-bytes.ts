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

const WINDOW_BYTES = 65_536

/** For many small reads that follow each other. */
export function buffered(file: FileBytes): FileBytes {
  let windowStart = 0
  let window: Buffer = Buffer.alloc(0)
  return {
    size: file.size,
    async at(start, length) {
      if (length > WINDOW_BYTES) return file.at(start, length)
      const wanted = Math.max(0, Math.min(length, file.size - start))
      if (start < windowStart || start + wanted > windowStart + window.length) {
        windowStart = start
        window = await file.at(start, WINDOW_BYTES)
      }
      return window.subarray(start - windowStart, start - windowStart + wanted)
    },
  }
}
