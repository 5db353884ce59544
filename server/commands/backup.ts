/** `homebird backup`: makes and proves backups, by the running home or without one, and says how far it is. */
import { setTimeout as pause } from 'node:timers/promises'
import { createNodeLauncher } from '../appliance/index.ts'
import { type AskKeeper, withKeeper } from '../appliance/keeping/with-keeper.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import type {
  BackupLocks,
  KeeperOrder,
  KeeperOutcome,
  KeeperProgress,
  KeeperState,
} from '../contracts/keeping.ts'
import { type CommandIo, commandIo, newPassword } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'

export interface BackupOptions extends CommonOptions {
  readonly to?: string
  readonly whole?: boolean
  readonly verify?: boolean
  readonly thorough?: boolean
}

export interface PassphraseOptions extends CommonOptions {
  readonly passphraseFile?: string
  readonly none?: boolean
}

const LOOK_EVERY_MS = 300
const TELL_EVERY_MS = 2_000

/** @returns ok once it is made and proven, else failure */
export async function createBackup(options: BackupOptions): Promise<ExitCode> {
  const { to = null, whole: isWhole = false, verify: isVerified = true } = options
  return order(options, { task: 'backup', place: to, isWhole, isVerified })
}

export async function verifyNamed(name: string, options: BackupOptions): Promise<ExitCode> {
  const { to = null, thorough: isThorough = false } = options
  return order(options, { task: 'verify', place: to, name, isThorough })
}

export async function cancelBackup(options: CommonOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  await askKeeper(options, async (ask) => {
    const { running } = (await ask({ kind: 'keeping', ask: 'cancel' })) as KeeperState
    io.put({ cancelled: running?.task ?? null })
    io.say(running === null ? 'Nothing is being done.' : `${running.task} is being broken off.`)
  })
  return ExitCode.ok
}

export async function showState(options: CommonOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  await askKeeper(options, async (ask) => {
    const state = (await ask({ kind: 'keeping', ask: 'state' })) as KeeperState
    io.put(state)
    if (state.running !== null) io.say(`now: ${sayProgress(state.running)}`)
    if (state.running === null && state.ended.length === 0) io.say('No backup was made yet.')
    for (const outcome of state.ended.slice(0, 20)) io.say(`${outcome.endedAt}  ${sayOutcome(outcome)}`)
  })
  return ExitCode.ok
}

/** @throws HomebirdError UNPROCESSABLE for words that are too short */
export async function setPassphrase(options: PassphraseOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const words = options.none === true ? null : await newPassword(options.passphraseFile)
  await askKeeper(options, async (ask) => {
    const locks = (await ask({ kind: 'keeping', ask: 'lock', by: 'passphrase', words })) as BackupLocks
    io.put(locks)
    io.say(
      words === null ? 'The passphrase is taken away.' : 'The passphrase opens every backup from now on.',
    )
    sayLocks(io, locks)
  })
  return ExitCode.ok
}

async function order(options: CommonOptions, wanted: KeeperOrder): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  return askKeeper(options, async (ask) => {
    const started = (await ask({ kind: 'keeping', ask: 'start', order: wanted })) as KeeperState
    const newest = started.ended[0]
    const end = await follow(io, ask)
    const mine = end.ended.slice(
      0,
      newest === undefined ? undefined : end.ended.findIndex((one) => isSame(one, newest)),
    )
    io.put({ outcomes: mine.toReversed() })
    for (const outcome of mine.toReversed()) io.say(sayOutcome(outcome))
    if (wanted.task === 'backup') sayLocks(io, (await ask({ kind: 'keeping', ask: 'locks' })) as BackupLocks)
    return mine.length > 0 && mine.every(({ result }) => result === 'done') ? ExitCode.ok : ExitCode.failure
  })
}

const isSame = (one: KeeperOutcome, other: KeeperOutcome): boolean =>
  one.startedAt === other.startedAt && one.task === other.task && one.endedAt === other.endedAt

/** Says how far it is until nothing runs any more. */
async function follow(io: CommandIo, ask: AskKeeper): Promise<KeeperState> {
  let toldAtMs = performance.now()
  for (;;) {
    const state = (await ask({ kind: 'keeping', ask: 'state' })) as KeeperState
    if (state.running === null) return state
    if (performance.now() - toldAtMs >= TELL_EVERY_MS) {
      toldAtMs = performance.now()
      io.say(`  ${sayProgress(state.running)}`)
      io.put({ running: state.running })
    }
    await pause(LOOK_EVERY_MS)
  }
}

async function askKeeper<T>(options: CommonOptions, use: (ask: AskKeeper) => Promise<T>): Promise<T> {
  const sources = sourcesFrom({
    ...(options.json === undefined ? {} : { json: options.json }),
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
  })
  return withKeeper(sources, createNodeLauncher({ env: sources.env }), use)
}

const TASKS: Readonly<Record<KeeperOutcome['task'], string>> = {
  backup: 'backup',
  verify: 'proof',
  restore: 'restoring',
  upgrade: 'upgrade of the database',
  adopt: 'taking a server over',
  hand_over: 'handing over',
}

function sayProgress({ task, step, done, total, unit }: KeeperProgress): string {
  const amount =
    unit === 'bytes'
      ? `${megabytes(done)}${total === null ? '' : ` of ${megabytes(total)}`}`
      : `${done}${total === null ? '' : ` of ${total}`} ${unit}`
  return `${TASKS[task]}, ${step}: ${amount}`
}

function sayOutcome({ task, result, subject, message }: KeeperOutcome): string {
  const what = subject === null ? TASKS[task] : `${TASKS[task]} of ${subject}`
  const why = message === null ? '' : `: ${message}`
  return `${what}: ${result}${why}`
}

function sayLocks(io: CommandIo, { passphrase, recovery }: BackupLocks): void {
  if (passphrase || recovery) return
  io.say(
    'Only this home itself opens its backups: no passphrase is set and no recovery sheet was made. Set one with: homebird backup passphrase',
  )
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1_048_576)} MB`
