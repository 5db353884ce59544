/** `homebird` as a child process with a chosen user and group: what a test of the command line sees from outside. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { ApplianceStatus } from '../../server/appliance/index.ts'
import { afterInReverse } from './after-in-reverse.ts'
import { askListener } from './http-client.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const CLI = join(ROOT, 'server', 'cli.ts')

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Runs it as another user; needs root. */
  readonly uid?: number
  /** Another program than that of the checkout. */
  readonly cli?: string
  /** What its input has, and no more; without it there is none. */
  readonly input?: string
}

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningCommand {
  readonly child: ChildProcess
  /** Everything on standard output so far. */
  readonly said: () => string
  readonly finished: Promise<Finished>
  /** Resolves when standard output holds the words; rejects with all output when the process ends before. */
  readonly untilSaid: (words: string | RegExp) => Promise<void>
}

/** Killed with the test, if it still runs. */
export function launchCommand(
  t: TestContext,
  args: readonly string[],
  options: CommandOptions = {},
): RunningCommand {
  const { uid, env = {}, input, cli = CLI } = options
  const child = spawn(process.execPath, [cli, ...args], {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    cwd: '/',
    env: {
      PATH: process.env['PATH'] ?? '',
      ...(cli === CLI ? { NODE_COMPILE_CACHE: join(ROOT, '.cache', 'code') } : {}),
      HOMEBIRD_PORT: '0',
      HOMEBIRD_PRIVATE_LISTEN: '127.0.0.1:0',
      ...env,
    },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  const { stdout: out, stderr: err } = child
  if (out === null || err === null) throw new Error('it has no output')
  // It may end without having read it.
  child.stdin?.on('error', () => undefined).end(input)
  let [stdout, stderr] = ['', '']
  out.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  err.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const finished = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }))
  afterInReverse(t, async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await finished
  })
  const untilSaid = async (words: string | RegExp): Promise<void> => {
    const isSaid = (): boolean => (typeof words === 'string' ? stdout.includes(words) : words.test(stdout))
    while (!isSaid()) {
      const isOver = await Promise.race([once(out, 'data').then(() => false), finished.then(() => true)])
      if (isOver && !isSaid())
        throw new Error(`it ended before it said ${String(words)}:\n${stdout}\n${stderr}`)
    }
  }
  return { child, said: () => stdout, finished, untilSaid }
}

export function runToEnd(
  t: TestContext,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Finished> {
  return launchCommand(t, args, options).finished
}

/** `homebird status --json` of the home that runs in this folder. */
export async function statusOf(t: TestContext, dataDir: string): Promise<ApplianceStatus> {
  const { stdout, stderr } = await runToEnd(t, ['status', '--json', '--data-dir', dataDir])
  const status = JSON.parse(stdout) as Partial<ApplianceStatus>
  if (status.parts === undefined) throw new Error(`the home does not run: ${stdout}${stderr}`)
  return status as ApplianceStatus
}

export function serve(
  t: TestContext,
  dataDir: string,
  args: readonly string[] = [],
  options: CommandOptions = {},
) {
  return launchCommand(t, ['serve', '--data-dir', dataDir, ...args], options)
}

/** The last line of the greeting: when it is there, all of it is. */
export const RUNS = 'Ctrl-C stops'

/** Arguments that set the home up. */
export function setUp(dataDir: string): string[] {
  const passwordFile = `${dataDir}.password`
  writeFileSync(passwordFile, 'a long enough password\n', { mode: 0o600 })
  return ['--domain', 'home.example', '--handle', 'ana', '--password-file', passwordFile]
}

export function portOf(output: string, label: string): number {
  return Number(new RegExp(`${label}:\\s+http://127\\.0\\.0\\.1:(\\d+)`).exec(output)?.[1])
}

export async function nodeInfo(port: number): Promise<number> {
  return (await askListener(port, 'home.example', '/.well-known/nodeinfo')).status
}
