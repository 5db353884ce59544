/** Opens what somebody brought along by what it is and not by what it is called: zip, tar, tar.gz, or one file of JSON. */
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { ARCHIVE_LIMITS, type Archive, type ArchiveLimits, damaged } from './archive.ts'
import { openTarArchive } from './tar-folder.ts'
import { openZipArchive } from './zip-archive.ts'

export interface OpenArchiveOptions {
  /** Where a tar file is unpacked. */
  readonly folder: string
  readonly signal: AbortSignal
  readonly limits?: ArchiveLimits
}

type ArchiveForm = 'zip' | 'gzip' | 'tar' | 'json'

/** @throws HomebirdError DOCUMENT_INVALID for what is none of these, damaged or too large; STORAGE_FULL */
export async function openArchive(path: string, options: OpenArchiveOptions): Promise<Archive> {
  const { folder, signal, limits = ARCHIVE_LIMITS } = options
  const form = await formOf(path)
  switch (form) {
    case 'zip':
      return openZipArchive(path, limits)
    case 'gzip':
    case 'tar':
      return openTarArchive(path, folder, { isPacked: form === 'gzip', limits, signal })
    case 'json':
      return openSingle(path)
    case null:
      throw damaged('it is neither a zip nor a tar file, nor JSON; take the file as the other server gave it')
  }
}

/** The name of the one file where there is no archive around it. */
export const SINGLE_NAME = 'posts.json'

async function openSingle(path: string): Promise<Archive> {
  const { size } = await stat(path)
  return {
    files: new Map([[SINGLE_NAME, size]]),
    open: async () => createReadStream(path),
    [Symbol.asyncDispose]: async () => undefined,
  }
}

const HEAD_BYTES = 512
const TAR_MAGIC_AT = 257

async function formOf(path: string): Promise<ArchiveForm | null> {
  const head = Buffer.alloc(HEAD_BYTES)
  const file = await open(path)
  try {
    await file.read(head, 0, HEAD_BYTES, 0)
  } finally {
    await file.close()
  }
  if (head[0] === 0x50 && head[1] === 0x4b) return 'zip'
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  if (head.toString('latin1', TAR_MAGIC_AT, TAR_MAGIC_AT + 5) === 'ustar') return 'tar'
  return /^(?:\uFEFF)?\s*[[{]/.test(head.toString('utf8')) ? 'json' : null
}
