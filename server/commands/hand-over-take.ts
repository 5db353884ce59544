/**
 * `homebird hand-over take` on the new computer: everything comes over a line to the old one, is restored and proven beside what
 * stands here, takes its place, and is silent until the old one has given the word.
 */
import { createWriteStream } from 'node:fs'
import { mkdir, rm, statfs } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { createNodeLauncher, homeFolder, lookAtPlace, restoreHome } from '../appliance/index.ts'
import { isDataDirLocked } from '../appliance/data-dir-lock.ts'
import { askHandOver } from '../appliance/keeping/ask-hand-over.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import type { Lease, OfferedHome, Paired } from '../contracts/hand-over.ts'
import { type DataDir, dataDirAt } from '../core/data-dir.ts'
import { HomebirdError, describeError, isHomebirdError } from '../core/errors.ts'
import { readLease } from '../core/lease-file.ts'
import { readPairingCode } from '../core/pairing-code.ts'
import { type PairedAddress, askPaired, streamPaired } from '../net/paired/paired-line.ts'
import { byteText } from './byte-text.ts'
import { requireKnownSchema } from '../keeping/restore/look-inside.ts'
import { type CommandIo, commandIo } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'
import { requireYes, tellRestore } from './restore.ts'

export interface TakeOptions extends CommonOptions {
  readonly yes?: boolean
}

type Taken = Extract<Lease, { readonly phase: 'taken' }>
type Sources = ReturnType<typeof sourcesFrom>

const BEAT_EVERY_MS = 5_000
/** What comes, what is made of it, and what both are made with. */
const ROOM_TIMES = 2.5
const LEAST_ROOM_BYTES = 512 * 1_048_576
const WORD_TRIES = 5
const WORD_PAUSE_MS = 2_000

/**
 * @throws HomebirdError DATA_DIR_LOCKED while the home here runs, USAGE for a code that is none, FORBIDDEN where somebody else
 *   answers, UNAVAILABLE, UNPROCESSABLE, STORAGE_FULL; then nothing was changed, and the old home goes on
 */
export async function take(
  address: string | undefined,
  code: string | undefined,
  options: TakeOptions,
): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const sources = sourcesFrom(options)
  if (address === undefined) return finish(io, sources)
  const { fingerprint, secret } = readPairingCode(code ?? '')
  const near = { ...readAddress(address), fingerprint }
  requireStopped(sources)
  const place = lookAtPlace(sources)
  const paired = await askPaired<Paired>(near, '/pair', { secret: secret.toString('hex'), name: hostname() })
  const { ticket, key, home } = paired.body
  const line = { ...near, fingerprint: paired.fingerprint }
  const lease: Taken = {
    phase: 'taken',
    at: new Date().toISOString(),
    from: home.name,
    host: line.host,
    port: line.port,
    fingerprint: line.fingerprint.toString('hex'),
    ticket,
  }
  const beat = new Beat(line, ticket)
  try {
    await requireKnownSchema(home)
    show(io, home, place)
    if (options.yes !== true) await requireYes(io, 'to take it over')
    await bringHome(io, sources, { line, lease, key, home, beat })
  } catch (error) {
    // The other home notices it by itself too, a while later.
    await askPaired(line, '/leave', {}, { ticket }).catch(() => undefined)
    throw error
  } finally {
    beat.stop()
  }
  return claim(io, sources, lease)
}

/** Without the last step nobody knows here whether the other is silent. */
async function finish(io: CommandIo, sources: Sources): Promise<ExitCode> {
  const lease = readLease(homeFolder(sources))
  if (lease?.phase === 'taken') return claim(io, sources, lease)
  throw new HomebirdError(
    'USAGE',
    'nothing was broken off here; give the address and the code that the old home shows: homebird hand-over take ADDRESS CODE',
  )
}

function requireStopped(sources: Sources): void {
  const dir = dataDirAt(homeFolder(sources))
  if (isDataDirLocked(dir))
    throw new HomebirdError(
      'DATA_DIR_LOCKED',
      `the home in ${dir.path} runs; stop it first. It is kept, and what is taken over takes its place`,
    )
}

/** `192.168.1.5:4182`, `box.local:4182`, `[fd00::5]:4182`. @throws HomebirdError USAGE */
function readAddress(typed: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, port = ''] =
    /^(?:\[([\da-fA-F:.%\w]+)\]|([^:\s[\]]+)):(\d{1,5})$/.exec(typed) ?? []
  const host = bracketed ?? plain
  if (host !== undefined && Number(port) > 0 && Number(port) <= 65_535) return { host, port: Number(port) }
  throw new HomebirdError('USAGE', `"${typed}" is no address; write it as the old home shows it: HOST:PORT`)
}

function show(
  io: CommandIo,
  home: OfferedHome,
  { dataDir, isHomeThere }: ReturnType<typeof lookAtPlace>,
): void {
  const { name, madeBy, identities, posts, followers, following, bytes } = home
  io.put({ offered: home })
  io.say(`The home on ${name}, Homebird ${madeBy}, ${byteText(bytes)}`)
  io.say(`  identities: ${identities.join(', ')}`)
  io.say(`  posts: ${posts}   followers: ${followers}   following: ${following}`)
  io.say('It is paused there while it comes, and silent there from the moment it speaks here.')
  io.say(
    isHomeThere
      ? `It takes the place of the home in ${dataDir}, which is kept beside it.`
      : `There is no home in ${dataDir} yet.`,
  )
}

interface Bringing {
  readonly line: PairedAddress
  readonly lease: Taken
  readonly key: string
  readonly home: OfferedHome
  readonly beat: Beat
}

async function bringHome(io: CommandIo, sources: Sources, bringing: Bringing): Promise<void> {
  const { lease, key, beat } = bringing
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  process.once('SIGTERM', () => interrupted.abort())
  const { signal } = interrupted
  const tell = tellRestore(io)
  let file: string | null = null
  try {
    const { replaced, said } = await restoreHome(
      sources,
      {
        launcher: createNodeLauncher({ env: sources.env }),
        words: null,
        key,
        lease,
        signal,
        async from(dir) {
          file = join(dir.spool, 'handed-over.backup')
          await receive(io, dir, file, bringing, signal)
          return { file }
        },
        progress(progress) {
          tell(progress)
          beat.saying = progress
        },
      },
      new Date(),
    )
    for (const line of said) io.say(`  ${line}`)
    io.put({ restored: lease.from, replaced })
    if (replaced !== null)
      io.say(`What stood here is kept; take it back with: homebird copies restore ${replaced}`)
  } finally {
    if (file !== null) await rm(file, { force: true })
  }
}

async function receive(
  io: CommandIo,
  dir: DataDir,
  file: string,
  { line, lease, home }: Bringing,
  signal: AbortSignal,
): Promise<void> {
  await requireRoom(dir, home.bytes)
  io.say('  pausing the other home, and bringing everything over')
  let bytes = 0
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      bytes += chunk.length
      next(null, chunk)
    },
  })
  await mkdir(dir.spool, { recursive: true, mode: 0o700 })
  const source = await streamPaired(line, '/home', lease.ticket, signal)
  try {
    await pipeline(source, counter, createWriteStream(file, { mode: 0o600 }), { signal })
  } catch (cause) {
    if (signal.aborted) throw new HomebirdError('NOT_RUNNING', 'it was broken off; nothing has changed')
    const why = `it broke off after ${byteText(bytes)}: ${describeError(cause)}; nothing was changed here, and the other home goes on`
    throw new HomebirdError('UNAVAILABLE', why, { cause, safe: why })
  }
  io.put({ received: bytes })
  io.say(`  ${byteText(bytes)} have come`)
}

async function requireRoom(dir: DataDir, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dir.path)
  const [free, needed] = [bavail * bsize, bytes * ROOM_TIMES + LEAST_ROOM_BYTES]
  if (free >= needed) return
  const why = `taking the home over needs ${byteText(needed)} on the disk of ${dir.path}, and ${byteText(free)} are free; nothing was changed`
  throw new HomebirdError('STORAGE_FULL', why, { safe: why })
}

/** Asks the old home to be silent, and speaks when it has said that it is. May be done again, however far it came before. */
async function claim(io: CommandIo, sources: Sources, lease: Taken): Promise<ExitCode> {
  const line = {
    host: lease.host,
    port: lease.port,
    fingerprint: Buffer.from(lease.fingerprint, 'hex'),
  }
  try {
    await askForWord(line, lease.ticket)
  } catch (error) {
    const why = isHomebirdError(error) ? error.message : String(error)
    io.put({ speaks: false, why })
    io.say(`Everything is here, and this home is silent: ${why}.`)
    if (isHomebirdError(error, 'UNPROCESSABLE')) {
      io.say('The old home goes on by itself. Offer it again there, and take it with the new code.')
    } else {
      io.say(`As soon as ${lease.from} can be reached again: homebird hand-over take`)
      io.say('If it is off for good: homebird hand-over take-back')
    }
    return ExitCode.failure
  }
  await askHandOver(sources, { kind: 'hand_over', ask: 'speak' })
  // It waits to hear that; where that is lost it listens on, and nothing depends on it.
  await askPaired(line, '/done', {}, { ticket: lease.ticket }).catch(() => undefined)
  io.put({ speaks: true })
  io.say(`This home speaks now, and the one on ${lease.from} is silent. Start it with: homebird serve`)
  io.say('Lead your proxy or port forwarding to this computer; a tunnel of Homebird comes with the home.')
  return ExitCode.ok
}

async function askForWord(line: PairedAddress, ticket: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await askPaired(line, '/give', {}, { ticket })
      return
    } catch (error) {
      if (!isHomebirdError(error, 'UNAVAILABLE') || tries >= WORD_TRIES) throw error
      await pause(WORD_PAUSE_MS)
    }
  }
}

/** Lets the other home know that this end is there, and how far it is. */
class Beat {
  saying: { readonly step: string; readonly done: number; readonly total: number | null } | null = null
  readonly #timer: NodeJS.Timeout
  #isAsking = false

  constructor(line: PairedAddress, ticket: string) {
    this.#timer = setInterval(() => {
      if (this.#isAsking) return
      this.#isAsking = true
      const { step = '', done = 0, total = null } = this.saying ?? {}
      askPaired(line, '/still', { step, done, total }, { ticket })
        .catch(() => undefined) // the last step tells whether it is there
        .finally(() => (this.#isAsking = false))
    }, BEAT_EVERY_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
