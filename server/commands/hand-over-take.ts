/**
 * `homebird hand-over take` on the new computer: everything comes over a line to the old one, is restored and proven beside what
 * stands here, takes its place, and is silent until the old one has given the word.
 */
import { createWriteStream } from 'node:fs'
import { mkdir, rm, statfs } from 'node:fs/promises'
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
import type { TakenLease } from '../net/paired/ask-for-word.ts'
import { Beat, leave, mostBytesOf, pairWith, readPairedPlace, roomFor } from '../net/paired/pair.ts'
import { type PairedAddress, streamPaired } from '../net/paired/paired-line.ts'
import { requireKnownSchema } from '../db/known-schema.ts'
import { byteText } from './byte-text.ts'
import { type CommandIo, askLine, commandIo, requireYes, secretsFromInput } from './command-io.ts'
import { claim } from './hand-over-claim.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'
import { tellRestore } from './tell-restore.ts'

export interface TakeOptions extends CommonOptions {
  readonly yes?: boolean
  /** Though one was broken off before its last step. */
  readonly anew?: boolean
}

type Sources = ReturnType<typeof sourcesFrom>

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
  const paired = await pairWith(place, await askCode())
  const { line, lease, key, home } = paired
  const beat = new Beat(line, lease.ticket)
  try {
    await requireKnownSchema(home)
    show(io, home, here)
    if (options.yes !== true) await requireYes(io, 'to take it over')
    await bringHome(io, sources, { line, lease, key, home, beat })
  } catch (error) {
    await leave(paired)
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

/** @throws HomebirdError USAGE */
function readAddress(typed: string): { readonly host: string; readonly port: number } {
  const place = readPairedPlace(typed)
  if (place !== null) return place
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
  await requireRoom(dir, home)
  const mostBytes = mostBytesOf(home)
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

async function requireRoom(dir: DataDir, home: OfferedHome): Promise<void> {
  const { bavail, bsize } = await statfs(dir.path)
  const [free, needed] = [bavail * bsize, roomFor(home)]
  if (free >= needed) return
  const why = `taking the home over needs ${byteText(needed)} on the disk of ${dir.path}, and ${byteText(free)} are free; nothing was changed. Make room there, or choose another folder with --data-dir, and take it again`
  throw new HomebirdError('STORAGE_FULL', why, { safe: why })
}
