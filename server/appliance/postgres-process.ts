/** Runs the programs of PostgreSQL: with an allow-listed environment, without a shell, never as root. */
import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import type { ProcessEnd } from './launcher.ts'
import type { Account } from './unprivileged.ts'

const OUTPUT_LIMIT = 64 * 1024

/**
 * Once something big was freed, glibc would put all that is smaller into the heap and give nothing of it back: the memory in
 * which a long statement was planned would stay with its process for good, 3 MB of the worker's.
 */
const BIG_IS_GIVEN_BACK = { MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '1048576' }

/** Environment of every program: what the loader needs and nothing that could change a setting of the cluster. */
function environment(): Record<string, string> {
  const base = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', ...BIG_IS_GIVEN_BACK }
  // Windows programs do not start without the folder of the system.
  return process.platform === 'win32' ? { ...base, SystemRoot: 'C:\\Windows' } : base
}

interface RunOptions {
  readonly account: Account | null
  readonly input?: string
  readonly timeoutMs: number
}

export interface RunResult {
  readonly code: number | null
  /** Standard output and error together, cut to 64 KiB. */
  readonly output: string
}

/** Runs a program to its end. A program that takes longer than `timeoutMs` is killed and has a null code. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions,
): Promise<RunResult> {
  const child = spawn(program, args, { ...spawnOptions(options.account), stdio: ['pipe', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (output.length < OUTPUT_LIMIT) output += text.slice(0, OUTPUT_LIMIT - output.length)
    })
  }
  child.stdin.on('error', () => undefined) // it may end before it has read everything; its code tells
  child.stdin.end(options.input ?? '')
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs)
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    return { code, output }
  } finally {
    clearTimeout(timer)
  }
}

function spawnOptions(account: Account | null) {
  return {
    // The root folder is one that every account can stand in.
    cwd: process.platform === 'win32' ? undefined : '/',
    env: environment(),
    windowsHide: true,
    ...(account === null ? {} : { uid: account.uid, gid: account.gid }),
  }
}

/** The running postmaster, a child of this process. */
export interface Postmaster {
  readonly pid: number
  readonly ended: Promise<ProcessEnd>
  hasEnded(): boolean
  /** Immediate: it and its processes end without a checkpoint, and the next start recovers. Safe for a child of ours. */
  quit(): void
  /** Cannot be put off, not even by one that stands still. */
  kill(): void
}

/**
 * Starts the server program in a session of its own: Ctrl-C in a terminal must not stop it before its clients.
 * @param logFile  open file descriptor that receives its output
 * @throws the error of the system when the program cannot be started
 */
export async function startPostmaster(
  program: string,
  args: readonly string[],
  account: Account | null,
  logFile: number,
): Promise<Postmaster> {
  const child: ChildProcess = spawn(program, args, {
    ...spawnOptions(account),
    detached: true,
    stdio: ['ignore', logFile, logFile],
  })
  let hasEnded = false
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (code, signal) => {
      hasEnded = true
      resolve({ code, signal })
    })
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  return {
    pid: child.pid ?? 0,
    ended,
    hasEnded: () => hasEnded,
    quit: () => void child.kill('SIGQUIT'),
    kill: () => void child.kill('SIGKILL'),
  }
}

/** Waits until `check` holds, looking every 20 ms. @returns false when the time is over first */
export async function waitUntil(
  check: () => boolean | Promise<boolean>,
  timeoutMs: number,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs
  while (performance.now() < deadline) {
    if (await check()) return true
    await delay(20)
  }
  return check()
}
