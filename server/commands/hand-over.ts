/** `homebird hand-over` on the old computer: offers the home, says how far it is, and takes the word back. */
import { setTimeout as pause } from 'node:timers/promises'
import { homeFolder } from '../appliance/index.ts'
import { askHandOver, askRunningHome } from '../appliance/keeping/ask-hand-over.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import type { HandOverState } from '../contracts/hand-over.ts'
import type { KeeperProgress, KeeperState } from '../contracts/keeping.ts'
import { systemClock } from '../core/clock.ts'
import { HomebirdError } from '../core/errors.ts'
import { readLease } from '../core/lease-file.ts'
import { inTransaction } from '../db/transaction.ts'
import { setOutboundAside } from '../domain/restoring/set-aside.ts'
import { isGivenWhenAsked } from '../net/paired/ask-for-word.ts'
import { byteText } from './byte-text.ts'
import { type CommandIo, askLine, commandIo } from './command-io.ts'
import { speak } from './hand-over-claim.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'
import { withAnyHome } from './with-home.ts'

export interface OfferOptions extends CommonOptions {
  readonly minutes: string
  readonly port?: string
  readonly host?: string
  readonly patience: string
}

export interface TakeBackOptions extends CommonOptions {
  readonly yes?: boolean
}

const LOOK_EVERY_MS = 300
const TELL_EVERY_MS = 2_000

/** @returns ok once the other computer speaks */
export async function offer(options: OfferOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const sources = sourcesOf(options)
  const { host, port } = options
  await askHandOver(sources, {
    kind: 'hand_over',
    ask: 'offer',
    minutes: numberOf('--minutes', options.minutes),
    patienceSeconds: numberOf('--patience', options.patience),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port: numberOf('--port', port) }),
  })
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  process.once('SIGTERM', () => interrupted.abort())
  const follower = new Follower(io)
  for (;;) {
    const [state, { running, ended }] = [
      await askHandOver(sources, { kind: 'hand_over', ask: 'state' }),
      await askKeeper(options, 'state'),
    ]
    follower.see(state, running)
    if (state.phase === 'given' && state.isConfirmed) return ExitCode.ok
    if (state.phase === 'none') {
      const why = ended.find(({ task }) => task === 'hand_over')?.message ?? 'it was withdrawn'
      throw new HomebirdError('UNPROCESSABLE', `the home was not handed over, and goes on here: ${why}`)
    }
    if (interrupted.signal.aborted) await askKeeper(options, 'cancel')
    await pause(LOOK_EVERY_MS, undefined, { signal: interrupted.signal }).catch(() => undefined) // then it is withdrawn
  }
}

export async function withdraw(options: CommonOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const { phase } = await askHandOver(sourcesOf(options), { kind: 'hand_over', ask: 'state' })
  if (phase !== 'offered' && phase !== 'giving')
    throw new HomebirdError('CONFLICT', `nothing is offered: ${WORDS[phase]}`)
  await askKeeper(options, 'cancel')
  io.put({ withdrawn: true })
  io.say('The offer is withdrawn; this home goes on.')
  return ExitCode.ok
}

export async function showState(options: CommonOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const state = await askHandOver(sourcesOf(options), { kind: 'hand_over', ask: 'state' })
  io.put(state)
  sayState(io, state)
  return ExitCode.ok
}

/** What the other computer may have sent since is set aside first: it goes out no second time by itself. */
export async function takeBack(options: TakeBackOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const sources = sourcesOf(options)
  const state = await askHandOver(sources, { kind: 'hand_over', ask: 'state' })
  const { since } = state
  if (since === null) {
    io.put({ speaks: true })
    io.say('This home speaks already.')
    return ExitCode.ok
  }
  sayState(io, state)
  const lease = readLease(homeFolder(sources))
  if (lease?.phase === 'taken' && (await isGivenWhenAsked(lease))) {
    await speak(sources, lease)
    io.put({ speaks: true })
    io.say(`${lease.from} is not off, and has said that it is silent now. This home speaks.`)
    return ExitCode.ok
  }
  io.say(
    `Only go on where ${state.peer ?? 'the other computer'} is off for good. If both speak, servers and followers`,
  )
  io.say('see two homes in one, and what was written there since is not here.')
  if (options.yes !== true) await requireYes(io)
  const madeAt = new Date(since)
  await withAnyHome(options, async (db) => {
    await inTransaction(db, (tx) => setOutboundAside(tx, madeAt, systemClock.now()))
  })
  await askHandOver(sources, { kind: 'hand_over', ask: 'speak' })
  io.put({ speaks: true })
  io.say('This home speaks again. What waited to go out is set aside: see the page Status.')
  return ExitCode.ok
}

async function requireYes(io: CommandIo): Promise<void> {
  if (!process.stdin.isTTY || io.json)
    throw new HomebirdError('USAGE', 'nothing was changed: give --yes to have this home speak again')
  const answer = await askLine('Is it off for good? Write yes: ')
  if (answer.trim().toLowerCase() !== 'yes') throw new HomebirdError('USAGE', 'nothing was changed')
}

const WORDS: Readonly<Record<HandOverState['phase'], string>> = {
  none: 'this home speaks for itself',
  offered: 'this home is offered to another computer, and speaks until that takes it',
  giving: 'this home is being handed over; it is paused',
  given: 'this home was handed over and is silent',
  taken:
    'this home was taken over and is silent until the old one has said that it is: homebird hand-over take',
}

function sayState(io: CommandIo, { phase, peer, since, isConfirmed }: HandOverState): void {
  const who = peer === null ? '' : ` (${peer})`
  const when = since === null ? '' : `, since ${since}`
  io.say(`Now ${WORDS[phase]}${who}${when}.`)
  if (phase === 'given' && !isConfirmed)
    io.say('The other computer has not said yet that it knows; it is told as soon as it asks.')
}

/** Says what has changed, and how far it is now and then. */
class Follower {
  readonly #io: CommandIo
  #phase = ''
  #hasShown = false
  #toldAtMs = performance.now()

  constructor(io: CommandIo) {
    this.#io = io
  }

  see(state: HandOverState, running: KeeperProgress | null): void {
    const io = this.#io
    if (state.offer !== null && state.offer.addresses.length > 0 && !this.#hasShown) {
      this.#hasShown = true
      const { code, addresses, expiresAt } = state.offer
      io.put({ code, addresses, expiresAt })
      io.say(`On the new computer, with its home stopped, until ${expiresAt}:`)
      io.say(`  homebird hand-over take ${addresses[0] ?? 'ADDRESS'}`)
      io.say(`and, when it asks for the code:  ${code ?? ''}`)
      if (addresses.length > 1) io.say(`This computer is also at ${addresses.slice(1).join(', ')}`)
      io.say('The code lets one computer in, and it gets everything. Ctrl-C withdraws it.')
    }
    if (state.phase !== this.#phase) {
      if (state.phase !== 'offered') {
        io.put({ phase: state.phase, peer: state.peer })
        sayState(io, state)
      }
      this.#phase = state.phase
    }
    if (running === null || performance.now() - this.#toldAtMs < TELL_EVERY_MS) return
    this.#toldAtMs = performance.now()
    io.put({ running })
    const { step, done, unit } = running
    if (state.phase === 'giving')
      io.say(`  ${step}: ${unit === 'bytes' ? byteText(done) : `${done} ${unit}`}`)
  }
}

async function askKeeper(options: CommonOptions, what: 'state' | 'cancel'): Promise<KeeperState> {
  return (await askRunningHome(sourcesOf(options), { kind: 'keeping', ask: what })) as KeeperState
}

function sourcesOf(options: CommonOptions): ReturnType<typeof sourcesFrom> {
  return sourcesFrom({
    ...(options.json === undefined ? {} : { json: options.json }),
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
  })
}

function numberOf(name: string, typed: string): number {
  if (/^\d{1,6}$/.test(typed)) return Number(typed)
  throw new HomebirdError('USAGE', `${name} is "${typed}" and must be a whole number`)
}
