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
import { createNodeLauncher, homeFolder, lookAtPlace, restoreHome } from '../appliance/index.ts'
import { isDataDirLocked } from '../appliance/data-dir-lock.ts'
import type { ExitCode } from '../contracts/exit-code.ts'
import type { OfferedHome } from '../contracts/hand-over.ts'
import { type DataDir, dataDirAt } from '../core/data-dir.ts'
import { HomebirdError, describeError } from '../core/errors.ts'
import { readLease } from '../core/lease-file.ts'
import { readPairingCode } from '../core/pairing-code.ts'
import type { TakenLease } from '../net/paired/ask-for-word.ts'
import { type PairedAddress, askPaired, streamPaired } from '../net/paired/paired-line.ts'
import { byteText } from './byte-text.ts'
import { requireKnownSchema } from '../keeping/restore/look-inside.ts'
import { type CommandIo, askLine, commandIo, requireYes, secretsFromInput } from './command-io.ts'
import { claim } from './hand-over-claim.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'
import { readPaired } from './read-paired.ts'
import { tellRestore } from './tell-restore.ts'

export interface TakeOptions extends CommonOptions {
  readonly yes?: boolean
  /** Though one was broken off before its last step. */
  readonly anew?: boolean
}

type Sources = ReturnType<typeof sourcesFrom>

const BEAT_EVERY_MS = 5_000
/** What comes, what is made of it, and what both are made with. */
const ROOM_TIMES = 2.5
const SPARE_BYTES = 512 * 1_048_576
/** It is said roughly. */
const MOST_TIMES = 1.5

/**
 * @throws HomebirdError DATA_DIR_LOCKED while the home here runs, USAGE for a code that is none, FORBIDDEN where somebody else
 *   answers, UNAVAILABLE, UNPROCESSABLE, STORAGE_FULL; then nothing was changed, and the old home goes on
 */
export async function take(
  address: string | undefined,
  code: string | undefined,
  options: TakeOptions,
): Promise<ExitCode> {
  requireNoArgument(code)
  const io = commandIo(options.json === true)
  const sources = sourcesFrom(options)
  const begun = readLease(homeFolder(sources))
  // Without the last step nobody knows here whether the other is silent.
  if (begun?.phase === 'taken' && options.anew !== true)
    return claim(io, sources, address === undefined ? begun : { ...begun, ...readAddress(address) })
  if (address === undefined)
    throw new HomebirdError(
      'USAGE',
      'nothing was broken off here; give the address that the old home shows: homebird hand-over take ADDRESS',
    )
  const place = readAddress(address)
  requireStopped(sources)
  const here = lookAtPlace(sources)
  const { fingerprint, secret } = readPairingCode(await askCode())
  const near = { ...place, fingerprint }
  const said = { secret: secret.toString('hex'), name: hostname() }
  const paired = await askPaired<unknown>(near, '/pair', said)
  const { ticket, key, home } = readPaired(paired.body)
  const line = { ...near, fingerprint: paired.fingerprint }
  const lease: TakenLease = {
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
    show(io, home, here)
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

/** The letters are no argument, which every account of the computer can read. @throws HomebirdError USAGE */
async function askCode(): Promise<string> {
  if (process.stdin.isTTY) return askLine('The code, as the old home shows it: ')
  const [code = ''] = await secretsFromInput(['code: '])
  return code
}

function requireNoArgument(code: string | undefined): void {
  if (code === undefined) return
  throw new HomebirdError(
    'USAGE',
    'the code is no argument, which every account of this computer can read; type it when asked, or give it to the input: homebird hand-over take ADDRESS < FILE',
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
  readonly lease: TakenLease
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
  await rm(file, { force: true }) // of one that was killed
  await requireRoom(dir, home.bytes)
  const mostBytes = home.bytes * MOST_TIMES + SPARE_BYTES
  io.say('  pausing the other home, and bringing everything over')
  let bytes = 0
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      bytes += chunk.length
      if (bytes <= mostBytes) next(null, chunk)
      else next(new Error(`more comes than the ${byteText(home.bytes)} that it said`))
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
  const [free, needed] = [bavail * bsize, bytes * ROOM_TIMES + SPARE_BYTES]
  if (free >= needed) return
  const why = `taking the home over needs ${byteText(needed)} on the disk of ${dir.path}, and ${byteText(free)} are free; nothing was changed. Make room there, or choose another folder with --data-dir, and take it again`
  throw new HomebirdError('STORAGE_FULL', why, { safe: why })
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
