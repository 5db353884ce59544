/** An archive that somebody brings along: files by name, read one by one and never unpacked by the names it gives them. */
import type { Readable } from 'node:stream'
import { HomebirdError } from '../../core/errors.ts'

export interface Archive extends AsyncDisposable {
  /** Bytes of each file by its name in the archive, with `/` between folders. */
  readonly files: ReadonlyMap<string, number>
  /**
   * The stream is the caller's to read or destroy; it fails with DOCUMENT_INVALID where the archive is damaged.
   * @throws HomebirdError NOT_FOUND, DOCUMENT_INVALID
   */
  open(name: string): Promise<Readable>
}

/** What an archive may hold. No file of it is ever whole in memory; its names are. */
export interface ArchiveLimits {
  readonly files: number
  /** Of one file. */
  readonly fileBytes: number
  /** Of all files together, unpacked. */
  readonly totalBytes: number
  /** Of all names together, with what is said beside them: these stay in memory as long as the archive is open. */
  readonly nameBytes: number
  /** What must be left on the disk. */
  readonly leastFreeBytes: number
}

const GIB = 1_073_741_824

export const ARCHIVE_LIMITS: ArchiveLimits = {
  files: 500_000,
  fileBytes: 4 * GIB,
  totalBytes: 100 * GIB,
  nameBytes: 96 * 1_048_576,
  leastFreeBytes: GIB,
}

/** Longer names are no names of files. */
const MOST_NAME_LENGTH = 1_024

/**
 * The name of a file as it is known by.
 * @throws HomebirdError DOCUMENT_INVALID for one that leads out of the archive
 */
export function cleanName(raw: string): string {
  const name = raw.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '')
  const isLost = name.startsWith('/') || /^[a-z]:/i.test(name) || name.split('/').includes('..')
  if (isLost || name.includes('\0') || name.length > MOST_NAME_LENGTH) {
    throw damaged(
      `a file in it is called ${JSON.stringify(raw.slice(0, 100))}, which leads out of the archive`,
    )
  }
  return name
}

/** Counts what is in an archive while it is read. */
export class ArchiveTally {
  readonly #limits: ArchiveLimits
  #files = 0
  #bytes = 0
  #nameBytes = 0

  constructor(limits: ArchiveLimits) {
    this.#limits = limits
  }

  /**
   * @param remarkBytes  what is said of the file beside its name
   * @throws HomebirdError DOCUMENT_INVALID, naming the limit
   */
  add(name: string, bytes: number, remarkBytes = 0): void {
    const { files, fileBytes, totalBytes, nameBytes } = this.#limits
    this.#files += 1
    this.#bytes += bytes
    this.#nameBytes += Buffer.byteLength(name) + remarkBytes
    if (this.#files > files) throw damaged(`it holds more than ${files} files; divide it`)
    if (this.#nameBytes > nameBytes) {
      throw damaged(`the names of its files take more than ${nameBytes} bytes; divide it`)
    }
    if (bytes > fileBytes) {
      throw damaged(
        `${JSON.stringify(name.slice(0, 100))} in it has ${bytes} bytes, the limit is ${fileBytes}`,
      )
    }
    if (this.#bytes > totalBytes) throw damaged(`it unpacks to more than ${totalBytes} bytes; divide it`)
  }
}

/** @param flaw  goes on after "the archive cannot be read: " */
export function damaged(flaw: string, cause?: unknown): HomebirdError {
  const text = `the archive cannot be read: ${flaw}`
  return new HomebirdError('DOCUMENT_INVALID', text, { safe: `${text}.`, cause })
}
