/** `homebird serve`: the appliance without a window, until it is told to stop. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Appliance,
  type ApplianceEvent,
  type ApplianceRole,
  createNodeLauncher,
  openAppliance,
  startAddress,
  watchMachine,
} from '../appliance/index.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import { processEnvironment } from '../core/config.ts'
import { HomebirdError } from '../core/errors.ts'
import { type CommandIo, commandIo, exitCodeOf, readPasswordFile, reportFailure } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'
import type { SetUpWish } from './set-up-home.ts'

export interface ServeOptions extends CommonOptions {
  readonly role: string
  readonly domain?: string
  readonly serviceDomain?: string
  readonly handle?: string
  readonly displayName?: string
  readonly passwordFile?: string
  readonly port?: string
  readonly privateListen?: string
}

const WINDOW_DIR = join(import.meta.dirname, '..', '..', 'renderer', 'dist')
const SAME_SIGNAL_MS = 500
const LOUD_LEVELS = new Set(['warn', 'error', 'fatal'])

/** @returns the exit code, once the home has stopped */
export async function serve(options: ServeOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const role = parseRole(options.role)
  const wish = setUpWish(options)
  const sources = sourcesFrom(options)
  const stopping = new AbortController()
  const { signal } = stopping
  const usual = {
    signal,
    sources,
    role,
    launcher: createNodeLauncher({ env: sources.env }),
    windowDir: existsSync(join(WINDOW_DIR, 'index.html')) ? WINDOW_DIR : null,
    onEvent: (event: ApplianceEvent) => show(io, event),
  }
  const opening = openAppliance({
    ...usual,
    ...(wish === null
      ? {}
      : {
          // Loaded for this start only: everything that knows tables would stay in the supervisor's memory.
          async beforeServer(database, config) {
            const { setUpBeforeServer } = await import('./set-up-home.ts')
            await setUpBeforeServer(io, wish, database, config)
          },
        }),
  })
  stopOnSignals(io, stopping)
  let life = await liveOnce(io, opening, signal)
  while (life.isToReopen && !signal.aborted) {
    io.say('The restored home takes its place…')
    life = await liveOnce(io, openAppliance(usual), signal)
  }
  if (life.reason === null) return ExitCode.ok
  reportFailure(life.reason, io.json)
  return exitCodeOf(life.reason)
}

/** From one start to its end. */
async function liveOnce(
  io: CommandIo,
  opening: Promise<Appliance>,
  signal: AbortSignal,
): Promise<{ readonly reason: HomebirdError | null; readonly isToReopen: boolean }> {
  const appliance = await opening.catch((error: unknown) => {
    if (signal.aborted) return null
    throw error
  })
  if (appliance === null) return { reason: null, isToReopen: false }
  const stop = (): void => void appliance.stop()
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop)
  greet(io, appliance)
  const unwatch = watchMachine(appliance, { platform: process.platform, env: processEnvironment() })
  const reason = await appliance.ended
  unwatch()
  signal.removeEventListener('abort', stop)
  return { reason, isToReopen: appliance.isToReopen }
}

function parseRole(raw: string): ApplianceRole {
  if (raw === 'all' || raw === 'server' || raw === 'worker') return raw
  throw new HomebirdError('USAGE', `--role is "${raw}" and must be all, server or worker`)
}

/** What can be wrong with it is found before anything starts. */
function setUpWish({ handle, displayName, passwordFile }: ServeOptions): SetUpWish | null {
  if (handle === undefined) {
    if (passwordFile === undefined && displayName === undefined) return null
    throw new HomebirdError(
      'USAGE',
      '--password-file and --display-name belong to setting up; give --handle with them',
    )
  }
  if (passwordFile === undefined && !process.stdin.isTTY) {
    throw new HomebirdError(
      'USAGE',
      'there is no terminal to ask for the password of --handle; give --password-file',
    )
  }
  const password = passwordFile === undefined ? null : readPasswordFile(passwordFile)
  return { handle: handle.replace(/^@/, ''), displayName: displayName ?? null, password }
}

function show(io: CommandIo, event: ApplianceEvent): void {
  io.put({ at: new Date().toISOString(), ...event })
  if (io.json) return
  switch (event.kind) {
    case 'part': {
      const { name, state, note } = event.part
      if (state !== 'Starting') io.say(`  ${name.padEnd(10)} ${state}${note === null ? '' : `: ${note}`}`)
      break
    }
    case 'notice':
      if (event.level !== 'info') io.say(`  ${event.level}: ${event.part}: ${event.message}`)
      else if (event.part === 'database' || event.part === 'migrate') io.say(`  ${event.message}`)
      break
    case 'step':
      if (event.step === 'copy') io.say('  first start of this version: the home is copied first')
      if (event.step === 'upgrade')
        io.say('  the database is brought to the PostgreSQL of this version; the old one is kept for 7 days')
      break
    case 'copying':
      break
    case 'line':
      if (LOUD_LEVELS.has(levelOf(event.line))) io.say(event.line)
      break
    default:
      event satisfies never
  }
}

function levelOf(line: string): string {
  return /"level":"(\w+)"/.exec(line)?.[1] ?? ''
}

function greet(io: CommandIo, appliance: Appliance): void {
  const { publicAddress, privateAddress, oneTimeKey } = appliance
  const start =
    privateAddress?.startsWith('http') === true ? startAddress(privateAddress, oneTimeKey) : privateAddress
  io.put({ kind: 'ready', publicAddress, privateAddress, startAddress: start })
  io.say('')
  io.say('Your home runs.')
  if (start !== null) io.say(`  For you only:    ${start}`)
  if (publicAddress !== null) io.say(`  For the public:  ${publicAddress} (lead your tunnel or proxy here)`)
  if (start !== null) {
    io.say(
      'Next: open the first address in a browser on this computer. Its key works once and sets up your home or',
    )
    io.say('signs you in; every start makes a new one.')
  }
  io.say('Ctrl-C stops everything in order.')
}

/** The first signal stops in order; a further one is told what is still going on. */
function stopOnSignals(io: CommandIo, stopping: AbortController): void {
  let stoppingSinceMs: number | null = null
  const onSignal = (): void => {
    // One Ctrl-C can come twice: from the terminal, and from a program above that hands it on.
    if (stoppingSinceMs !== null && performance.now() - stoppingSinceMs < SAME_SIGNAL_MS) return
    if (stoppingSinceMs !== null) {
      io.say(
        'Still stopping: server and workers finish what they hold, then the database writes everything down.',
      )
      io.say('This takes at most 10 s and nothing is lost; wait for it.')
      return
    }
    stoppingSinceMs = performance.now()
    io.say('Stopping the home…')
    stopping.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  // Whoever read along has left, as with `| head`: other programs end there, and a home ends in order.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => stopping.abort())
}
