/**
 * A short private folder for sockets. Data directories may have paths that are longer than a socket address can be,
 * so sockets live elsewhere, in a folder whose name follows from the data directory.
 */
import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HomebirdError } from '../core/errors.ts'

/** `sockaddr_un` holds 104 bytes on macOS and 108 on Linux, with the closing NUL. */
const MAX_SOCKET_PATH_BYTES = 103
/** The longest name that is put into the folder: PostgreSQL's socket in its own room, with room for its lock. */
const LONGEST_MEMBER = '/db/.s.PGSQL.65535.lock'

export interface RuntimeFolder {
  readonly path: string
  /** The room of the database's socket; belongs to the account that the database runs as. */
  readonly database: string
  /** Where the running appliance answers questions. */
  readonly controlSocket: string
  /** Where the owner's window is served when the home has a socket of its own for that. */
  readonly privateSocket: string
  /** Where the server of this number takes what a tunnel brings. */
  wayIn(server: number): string
  /** Where the child of this name waits for its decoders. */
  decoders(child: string): string
  /** Where the tunnel gives connections that start at its other end. */
  readonly vantage: string
}

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly uid: number | null
}

/**
 * Makes the folder, 0700, or takes the one that is there when it belongs to this user. In a place that others can
 * write, such as /tmp, a folder or a link of somebody else under our name is passed over.
 * @throws HomebirdError DATA_DIR_UNUSABLE naming every place that was tried
 */
export function openRuntimeFolder(dataDirPath: string, surroundings: Surroundings): RuntimeFolder {
  const name = `homebird-${hashOf(dataDirPath)}`
  const refusals: string[] = []
  for (const place of candidatePlaces(dataDirPath, surroundings)) {
    const path = join(place, name)
    const refusal = refusalOf(path, surroundings.uid)
    if (refusal === null) return namedParts(path, name)
    refusals.push(`${path}: ${refusal}`)
  }
  throw new HomebirdError(
    'DATA_DIR_UNUSABLE',
    `no private folder for sockets can be made (${refusals.join('; ')}); set XDG_RUNTIME_DIR to a short private folder`,
  )
}

function namedParts(path: string, name: string): RuntimeFolder {
  // Pipes of Windows live in one flat room of their own.
  const socket = (own: string): string =>
    process.platform === 'win32' ? `\\\\.\\pipe\\${name}-${own}` : join(path, `${own}.sock`)
  return {
    path,
    database: join(path, 'db'),
    controlSocket: process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(path, 'control.sock'),
    privateSocket: socket('private'),
    wayIn: (server) => socket(`way-in-${server}`),
    decoders: (child) => socket(`d-${child}`),
    vantage: socket('vantage'),
  }
}

/** The same folder has one name, however it was reached. */
function hashOf(dataDirPath: string): string {
  return createHash('sha256').update(realpathSync(dataDirPath)).digest('hex').slice(0, 12)
}

function candidatePlaces(dataDirPath: string, { env, uid }: Surroundings): string[] {
  const places = [env['XDG_RUNTIME_DIR'], uid === 0 ? '/run' : undefined, tmpdir(), '/tmp', dataDirPath]
  return [...new Set(places)].filter((place): place is string => place !== undefined && place !== '')
}

/** Null when the folder is ours now; else the reason why not. */
function refusalOf(path: string, uid: number | null): string | null {
  if (Buffer.byteLength(path + LONGEST_MEMBER) > MAX_SOCKET_PATH_BYTES) return 'too long for a socket'
  // PostgreSQL reads the folder as a list: no commas, quotes or blanks.
  if (process.platform !== 'win32' && !/^[\w./@+-]+$/.test(path))
    return 'holds letters that a list of folders cannot'
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) return String(error)
  }
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found?.isDirectory() !== true) return 'not a folder'
  if (uid !== null && found.uid !== uid) return `belongs to user ${found.uid}`
  // Root passes the account of the database through, and nobody looks inside.
  if (uid !== null) chmodSync(path, uid === 0 ? 0o711 : 0o700)
  return null
}
