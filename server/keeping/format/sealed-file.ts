/**
 * A sealed file: a head that anybody may read, then the content in chunks of AES-256-GCM. Each file has a key of its own, made of
 * the backup key, a random salt and the whole head, so that no part of it can be changed without being found.
 * @see RFC 5869 (HKDF)
 */
import { createHash, hkdfSync, randomBytes } from 'node:crypto'
import type { KeyLock } from '../../contracts/keeping.ts'
import { ByteReader } from '../../core/byte-reader.ts'
import { HomebirdError } from '../../core/errors.ts'
import { openChunks, sealChunks } from '../../core/sealed-chunks.ts'

const MAGIC = Buffer.from('homebird-sealed-file-1\n')
const LENGTH_BYTES = 4
const MOST_HEAD_BYTES = 65_536
const KEY_BYTES = 32
const SALT_BYTES = 32

interface CommonHead {
  readonly format: 1
  /** Base64url; new for every file. */
  readonly salt: string
}

/** What stands open at the beginning of a backup: no name, no number of anything that is in it. */
export interface BackupHead extends CommonHead {
  readonly kind: 'backup'
  readonly madeAt: string
  /** Version of the program that made it. */
  readonly madeBy: string
  /** Whether all media are inside. */
  readonly isWhole: boolean
  readonly locks: readonly KeyLock[]
}

export interface MediumHead extends CommonHead {
  readonly kind: 'medium'
  /** Under which it lies in its place. */
  readonly name: string
}

export type SealedHead = BackupHead | MediumHead
export type HeadFacts = Omit<BackupHead, 'format' | 'salt'> | Omit<MediumHead, 'format' | 'salt'>

/** @param key  the backup key, base64url */
export async function* sealFile(
  facts: HeadFacts,
  key: string,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const head = Buffer.from(
    JSON.stringify({ format: 1, salt: randomBytes(SALT_BYTES).toString('base64url'), ...facts }),
  )
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(head.length)
  yield Buffer.concat([MAGIC, length, head])
  const fileKey = keyOfFile(head, key)
  const reader = new ByteReader(content)
  try {
    yield* sealChunks(reader, fileKey)
  } finally {
    await reader.close()
  }
}

/** A file whose head was read. */
export interface SealedFile<Head extends SealedHead = SealedHead> {
  readonly head: Head
  /** @throws HomebirdError DOCUMENT_INVALID where the key is another's, or anything was changed, cut off or added */
  open(key: string): AsyncGenerator<Buffer>
  close(): Promise<void>
}

/**
 * Reads the head, and the rest when it is opened.
 * @param name  for messages
 * @throws HomebirdError DOCUMENT_INVALID for what is no sealed file of that kind, or of a newer format
 */
export async function readSealedFile<Kind extends SealedHead['kind']>(
  source: AsyncIterable<Uint8Array>,
  kind: Kind,
  name: string,
): Promise<SealedFile<Extract<SealedHead, { readonly kind: Kind }>>> {
  const reader = new ByteReader(source)
  try {
    const bytes = await readHeadBytes(reader, name)
    const head = parseHead(bytes, name)
    if (head.kind !== kind) throw invalid(name, `it is a ${head.kind} and no ${kind}`)
    return {
      head: head as Extract<SealedHead, { readonly kind: Kind }>,
      open: (key) => openRest(reader, keyOfFile(bytes, key), name),
      close: () => reader.close(),
    }
  } catch (error) {
    await reader.close()
    throw error
  }
}

async function readHeadBytes(reader: ByteReader, name: string): Promise<Buffer> {
  const start = await reader.read(MAGIC.length + LENGTH_BYTES)
  if (start.length === 0) throw invalid(name, 'it is empty')
  if (!start.subarray(0, MAGIC.length).equals(MAGIC)) throw invalid(name, 'it does not begin as one')
  const length = start.length < MAGIC.length + LENGTH_BYTES ? 0 : start.readUInt32BE(MAGIC.length)
  if (length === 0 || length > MOST_HEAD_BYTES)
    throw invalid(name, `its head has ${length} bytes and may have ${MOST_HEAD_BYTES}`)
  const bytes = await reader.read(length)
  if (bytes.length < length) throw invalid(name, 'it is cut off in its head')
  return bytes
}

function parseHead(bytes: Buffer, name: string): SealedHead {
  let head: Partial<SealedHead>
  try {
    head = JSON.parse(bytes.toString('utf8')) as Partial<SealedHead>
  } catch (cause) {
    throw invalid(name, 'its head cannot be read', cause)
  }
  if (head.format !== 1)
    throw invalid(name, `its format is ${String(head.format)}, of a newer Homebird; use that`)
  const isSound =
    typeof head.salt === 'string' &&
    (head.kind === 'medium'
      ? typeof head.name === 'string'
      : head.kind === 'backup' && typeof head.madeAt === 'string' && Array.isArray(head.locks))
  if (!isSound) throw invalid(name, 'its head lacks what belongs into it')
  return head as SealedHead
}

async function* openRest(reader: ByteReader, key: Buffer, name: string): AsyncGenerator<Buffer> {
  try {
    yield* openChunks(reader, key, (why, cause) => invalid(name, why, cause))
  } finally {
    await reader.close()
  }
}

function keyOfFile(head: Buffer, key: string): Buffer {
  const info = Buffer.concat([MAGIC, createHash('sha256').update(head).digest()])
  const { salt } = JSON.parse(head.toString('utf8')) as CommonHead
  return Buffer.from(
    hkdfSync('sha256', Buffer.from(key, 'base64url'), Buffer.from(salt, 'base64url'), info, KEY_BYTES),
  )
}

function invalid(name: string, why: string, cause?: unknown): HomebirdError {
  const text = `${name} is no sound backup file: ${why}`
  return new HomebirdError('DOCUMENT_INVALID', text, {
    safe: text,
    ...(cause === undefined ? {} : { cause }),
  })
}
