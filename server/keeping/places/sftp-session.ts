/** One signed-in connection to a server over SFTP: its host key is the confirmed one, or nobody signs in. */
import { readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import ssh, { type CipherAlgorithm, type FileEntryWithStats, type SFTPWrapper, type Stats } from 'ssh2'
import type { SftpAddress, SftpCredentials } from '../../core/backup-places.ts'
import { HomebirdError } from '../../core/errors.ts'
import { fingerprintOf, isSameFingerprint } from '../../core/ssh-fingerprint.ts'
import { placeFailed } from './place-errors.ts'

const READY_MS = 20_000
const KEEP_ALIVE_MS = 10_000
const KEEP_ALIVE_MOST = 3
/** Before the name of what another takes the place of; no name of an object begins so. */
export const ASIDE = '.aside-'
/** In its order what machines do fastest. */
const CIPHERS: CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'chacha20-poly1305@openssh.com',
  'aes128-ctr',
  'aes256-ctr',
]

export interface SftpFreeSpace {
  readonly f_bavail: number
  readonly f_frsize: number
}

const asideOf = (path: string): string => posix.join(posix.dirname(path), `${ASIDE}${posix.basename(path)}`)

/** Every call fails when the connection does. */
export class SftpSession {
  readonly #client: ssh.Client
  readonly #sftp: SFTPWrapper
  readonly #label: string
  /** Who waits for an answer, to be told when none can come any more. */
  readonly #waiting = new Set<(error: Error) => void>()
  isLost = false

  constructor(client: ssh.Client, sftp: SFTPWrapper, label: string) {
    this.#client = client
    this.#sftp = sftp
    this.#label = label
    client.on('close', () => {
      this.isLost = true
      for (const reject of this.#waiting) reject(placeFailed(label, 'the connection was lost'))
    })
  }

  open = async (path: string, flags: 'r' | 'w'): Promise<Buffer> =>
    this.#asked((done) => this.#sftp.open(path, flags, { mode: 0o600 }, done))
  closeFile = async (handle: Buffer): Promise<void> => this.#asked((done) => this.#sftp.close(handle, done))
  write = async (handle: Buffer, bytes: Buffer, position: number): Promise<void> =>
    this.#asked((done) => this.#sftp.write(handle, bytes, 0, bytes.length, position, done))
  stat = async (path: string): Promise<Stats> => this.#asked((done) => this.#sftp.stat(path, done))
  mkdir = async (path: string): Promise<void> =>
    this.#asked((done) => this.#sftp.mkdir(path, { mode: 0o700 }, done))
  unlink = async (path: string): Promise<void> => this.#asked((done) => this.#sftp.unlink(path, done))
  readdir = async (path: string): Promise<FileEntryWithStats[]> =>
    this.#asked((done) => this.#sftp.readdir(path, done))
  /** Where the server knows how; else nothing. */
  sync = async (handle: Buffer): Promise<void> =>
    this.#asked<void>((done) => this.#sftp.ext_openssh_fsync(handle, done)).catch(passUnsupported)
  freeSpace = async (path: string): Promise<SftpFreeSpace | undefined> =>
    this.#asked<SftpFreeSpace>((done) => this.#sftp.ext_openssh_statvfs(path, done)).catch(passUnsupported)

  /**
   * In place of what is there: in one step where the server can do that. Else what is there is put aside until the new one has
   * its name, and comes back where that fails.
   */
  async replace(from: string, to: string): Promise<void> {
    try {
      return await this.#asked((done) => this.#sftp.ext_openssh_rename(from, to, done))
    } catch (error) {
      passUnsupported(error)
    }
    const aside = asideOf(to)
    const isThere = await this.stat(to).then(
      () => true,
      (error: unknown) => !isMissing(error), // then moving it tells what is wrong
    )
    if (!isThere) return this.#rename(from, to)
    await this.unlink(aside).catch(() => undefined) // of a time before, or not there
    await this.#rename(to, aside)
    try {
      await this.#rename(from, to)
    } catch (error) {
      await this.#rename(aside, to).catch(() => undefined) // the first error is the one that tells
      throw error
    }
    await this.unlink(aside).catch(() => undefined) // the next time takes it away
  }

  /** What a process that was killed has put aside goes where the new one is there, and comes back where it is not. */
  async endAside(path: string, isThere: boolean): Promise<void> {
    if (isThere) await this.unlink(asideOf(path))
    else await this.#rename(asideOf(path), path)
  }

  #rename = async (from: string, to: string): Promise<void> =>
    this.#asked<void>((done) => this.#sftp.rename(from, to, done))

  /** @returns fewer bytes than asked for only at the end of the file */
  async read(handle: Buffer, length: number, position: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length)
    let filled = 0
    while (filled < length) {
      const left = length - filled
      const taken = await this.#asked<number>((done) =>
        this.#sftp.read(handle, bytes, filled, left, position + filled, (error, count) =>
          isEnd(error) ? done(undefined, 0) : done(error, count),
        ),
      )
      if (taken === 0) break
      filled += taken
    }
    return bytes.subarray(0, filled)
  }

  end(): void {
    this.#client.end()
  }

  async #asked<T>(ask: (done: (error?: Error | null, answer?: T) => void) => void): Promise<T> {
    if (this.isLost) throw placeFailed(this.#label, 'the connection was lost')
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    this.#waiting.add(reject)
    try {
      // Extensions that the server does not know throw at once.
      ask((error, answer) => (error === undefined || error === null ? resolve(answer as T) : reject(error)))
      return await promise
    } finally {
      this.#waiting.delete(reject)
    }
  }
}

const END = 1
const NO_SUCH_FILE = 2
const DENIED = 3
const UNSUPPORTED = 8

const statusOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : null)
const isEnd = (error: unknown): boolean => statusOf(error) === END
export const isMissing = (error: unknown): boolean => statusOf(error) === NO_SUCH_FILE
export const isDenied = (error: unknown): boolean => statusOf(error) === DENIED

function passUnsupported(error: unknown): undefined {
  const isUnknown = error instanceof Error && error.message.includes('does not support this extended')
  if (!isUnknown && statusOf(error) !== UNSUPPORTED) throw error
}

/**
 * @throws HomebirdError UNPROCESSABLE with the key that was seen (`details.seenHostKey`) where none is confirmed or it is
 *   another, UNAVAILABLE with the reason otherwise
 */
export async function openSftpSession(address: SftpAddress, label: string): Promise<SftpSession> {
  const login = await loginOf(address.credentials, label)
  const client = new ssh.Client()
  const { promise, resolve, reject } = Promise.withResolvers<SFTPWrapper>()
  let seen: string | null = null
  // Else each short question waits for the answer to the one before it.
  client.on('connect', () => client.setNoDelay(true))
  client.on('ready', () =>
    client.sftp((error, sftp) =>
      error === undefined
        ? resolve(sftp)
        : reject(placeFailed(label, 'the server does not offer SFTP to this account', error)),
    ),
  )
  client.on('error', (error) => reject(signInFailure(address, label, seen, error)))
  client.on('close', () => reject(placeFailed(label, 'the server closed the connection')))
  try {
    client.connect({
      host: address.host,
      port: address.port,
      username: address.user,
      ...login,
      algorithms: { cipher: CIPHERS },
      hostVerifier: (key: Buffer) => {
        seen = fingerprintOf(key)
        return address.hostKey !== null && isSameFingerprint(seen, address.hostKey)
      },
      readyTimeout: READY_MS,
      keepaliveInterval: KEEP_ALIVE_MS,
      keepaliveCountMax: KEEP_ALIVE_MOST,
    })
    return new SftpSession(client, await promise, label)
  } catch (error) {
    client.destroy()
    throw error instanceof HomebirdError ? error : signInFailure(address, label, seen, error)
  }
}

async function loginOf(
  credentials: SftpCredentials,
  label: string,
): Promise<{ readonly password: string } | { readonly privateKey: string }> {
  if (!('keyFile' in credentials)) return credentials
  try {
    return { privateKey: await readFile(credentials.keyFile, 'utf8') }
  } catch (error) {
    throw placeFailed(
      label,
      `its key ${credentials.keyFile} cannot be read; look at its name and rights`,
      error,
    )
  }
}

function signInFailure(
  { host, hostKey, user }: SftpAddress,
  label: string,
  seen: string | null,
  error: unknown,
): HomebirdError {
  if (seen !== null && (hostKey === null || !isSameFingerprint(seen, hostKey))) {
    const message =
      hostKey === null
        ? `${host} shows the key ${seen}; compare it with what the server itself says, and confirm it`
        : `${host} shows the key ${seen} and not ${hostKey}; if the server was set up anew, compare and confirm it, else somebody stands between`
    return new HomebirdError('UNPROCESSABLE', `${label}: ${message}`, {
      cause: error,
      safe: message,
      details: { seenHostKey: seen },
    })
  }
  const level = error instanceof Error && 'level' in error ? error.level : null
  if (level === 'client-authentication')
    return placeFailed(label, `${host} does not let ${user} in; look at the password or the key`, error)
  return placeFailed(label, `${host} does not answer to SSH; look at its name, and whether it runs`, error)
}

const MOST_TRIES = 20

/**
 * A key of its own for a place, in OpenSSH's form, with the line for `authorized_keys`. Of some four hundred that ssh2 makes,
 * it cannot read one itself: that one is made again.
 */
export function makeSftpKey(): { readonly privateKey: string; readonly publicKey: string } {
  for (let time = 0; time < MOST_TRIES; time += 1) {
    const pair = ssh.utils.generateKeyPairSync('ed25519', { comment: 'homebird-backups' })
    if (!(ssh.utils.parseKey(pair.private) instanceof Error))
      return { privateKey: pair.private, publicKey: pair.public }
  }
  throw new HomebirdError('INTERNAL', 'no key can be made that can be read again')
}
