/** Files of another program, read by the paths it gave them: in a folder, or in a bucket. Nothing is ever written there. */
import { createReadStream } from 'node:fs'
import { open, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, resolve, sep } from 'node:path'
import type { Readable } from 'node:stream'
import type { Clock } from '../core/clock.ts'
import { HomebirdError } from '../core/errors.ts'
import { type S3Backend, mediaBackend } from '../core/media-backend.ts'
import { parseSetting } from '../core/setting-types.ts'
import { S3Client, type StorageTransport } from './s3/s3-client.ts'

export interface FileSource {
  /** For people. */
  readonly place: string
  /**
   * Null where there is no such file.
   * @throws HomebirdError STORAGE_UNREACHABLE when it is there and cannot be read
   */
  open(path: string): Promise<Readable | null>
  close(): Promise<void>
}

/**
 * @param place  a folder, or a bucket as HOMEBIRD_MEDIA_BACKEND names one
 * @throws HomebirdError USAGE for a folder that cannot be read and a bucket without credentials, SETTING_INVALID for no address
 */
export async function openFileSource(
  place: string,
  openTransport: () => StorageTransport,
  clock: Clock,
): Promise<FileSource> {
  if (!/^[a-z][a-z0-9+-]+:\/\//i.test(place))
    return openFolderSource(isAbsolute(place) ? place : resolve(place))
  const backend = parseSetting('the place of the files', mediaBackend, place, true)
  if (backend.kind === 'local') return openFolderSource(backend.folder ?? '.')
  return openBucketSource({ backend, transport: openTransport(), clock })
}

/** A path as programs of this kind write it: no folder above, nothing that a system reads otherwise. */
const PLAIN = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^\0\\:]{1,500}$/

/** @throws HomebirdError USAGE for what is no folder that can be read */
export async function openFolderSource(folder: string): Promise<FileSource> {
  const root = await usableFolder(folder)
  return {
    place: `folder ${root}`,
    async open(path) {
      if (!PLAIN.test(path) || path.startsWith('/')) return null
      const full = await realpath(join(root, path)).catch(() => null)
      // A link may lead out of the folder.
      if (full === null || !full.startsWith(root + sep)) return null
      if (!(await stat(full)).isFile()) return null
      return readable(full)
    },
    close: async () => undefined,
  }
}

async function usableFolder(folder: string): Promise<string> {
  try {
    const root = await realpath(folder)
    if ((await stat(root)).isDirectory()) return root
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new HomebirdError('USAGE', `the folder ${folder} cannot be read: ${reason}`, { cause })
  }
  throw new HomebirdError('USAGE', `${folder} is no folder; name the one that TAKAHE_MEDIA_ROOT names`)
}

async function readable(path: string): Promise<Readable> {
  try {
    const handle = await open(path, 'r')
    return createReadStream(path, { fd: handle })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new HomebirdError('STORAGE_UNREACHABLE', `${path} cannot be read: ${reason}`, { cause })
  }
}

interface BucketSourceOptions {
  readonly backend: S3Backend
  readonly transport: StorageTransport
  readonly clock: Clock
}

/** @throws HomebirdError USAGE for a bucket without credentials */
export function openBucketSource({ backend, transport, clock }: BucketSourceOptions): FileSource {
  const { credentials } = backend
  if (credentials === null) {
    throw new HomebirdError(
      'USAGE',
      `the bucket ${backend.bucket} is named without key and secret; write s3://key:secret@host/bucket`,
    )
  }
  const client = new S3Client({ backend, credentials, transport, clock })
  return {
    place: `bucket ${backend.bucket} at ${client.host}`,
    async open(path) {
      if (!PLAIN.test(path)) return null
      const answer = await client.call({ method: 'GET', key: path, expected: [404] })
      if (answer.status !== 404) return answer.body
      // Read to its end, so that the connection may be used again.
      answer.body.on('error', () => undefined).resume()
      return null
    },
    close: async () => transport.close(),
  }
}
