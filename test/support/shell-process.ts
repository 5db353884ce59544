/** Starts the desktop app over the stand-in as a process of its own, and leads it: it can be killed, and a second one started. */
import { type ChildProcess, fork } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { afterInReverse } from './after-in-reverse.ts'
import type { StandInOptions } from './electron-stand-in.ts'
import type { ShellHands } from './electron/hands.ts'
import { testDataDir } from './test-ground.ts'

export type ShellWishes = Omit<StandInOptions, 'exit' | 'argv'> & {
  /** The shell's entry; that of the checkout where none is named. */
  readonly entry?: string
}

export interface ToShell {
  readonly id: number
  readonly name: keyof ShellHands
  readonly args: unknown[]
}

export type FromShell =
  | { readonly kind: 'open'; readonly main: string; readonly start: string }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly message: string }
  | { readonly kind: 'sent'; readonly windowId: number; readonly channel: string; readonly args: unknown[] }

type Remote<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : never
}

type Sent = Extract<FromShell, { readonly kind: 'sent' }>

export interface ShellProcess {
  readonly pid: number
  readonly hands: Remote<ShellHands>
  /** What stands for `app://homebird`, and for `app://start`; null in a later start that has ended at once. */
  readonly origins: Promise<{ readonly main: string; readonly start: string } | null>
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
  /** What it has written. */
  output(): string
  onSent(take: (sent: Sent) => void): void
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
}

export interface DesktopGround {
  readonly dataDir: string
  /** Starts the app as a person would, with words behind its name. */
  start(argv?: readonly string[], more?: DesktopStart): ShellProcess
}

interface DesktopStart {
  readonly env?: Readonly<Record<string, string>>
  readonly wishes?: Partial<ShellWishes>
}

/** That of every start from a checkout. */
const CODE_CACHE = join(import.meta.dirname, '..', '..', '.cache', 'code')
const CHILD = join(import.meta.dirname, 'children', 'shell-process.ts')

/** One computer of one person: a home's folder, and what Electron keeps. Everything is stopped and removed with the test. */
export function openDesktop(t: TestContext): DesktopGround {
  const dataDir = testDataDir(t, 'home')
  const system = mkdtempSync(join(tmpdir(), 'hb-sys-'))
  afterInReverse(t, () => rmSync(system, { recursive: true, force: true, maxRetries: 5 }))
  return {
    dataDir,
    start(argv, more) {
      const shell = startShellProcess({ dataDir, system }, argv, more)
      afterInReverse(t, async () => {
        shell.kill('SIGTERM')
        await shell.ended
      })
      return shell
    },
  }
}

interface Folders {
  readonly dataDir: string
  /** What Electron keeps. */
  readonly system: string
}

/** Whoever starts it ends it. */
export function startShellProcess(
  { dataDir, system }: Folders,
  argv: readonly string[] = [],
  { env = {}, wishes = {} }: DesktopStart = {},
): ShellProcess {
  // Run by root, the account of the database passes through to its socket.
  chmodSync(system, 0o711)
  const child = fork(CHILD, [...argv], {
    env: {
      PATH: process.env['PATH'],
      HOME: system,
      TMPDIR: tmpdir(),
      XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'] ?? system,
      NODE_COMPILE_CACHE: CODE_CACHE,
      HOMEBIRD_DATA_DIR: dataDir,
      HOMEBIRD_PORT: '0',
      SHELL_WISHES: JSON.stringify({ folder: system, ...wishes } satisfies ShellWishes),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  return led(child)
}

function led(child: ChildProcess): ShellProcess {
  const pieces: Buffer[] = []
  for (const output of [child.stdout, child.stderr]) output?.on('data', (piece: Buffer) => pieces.push(piece))
  const output = (): string => Buffer.concat(pieces).toString('utf8')
  const asked = new Map<number, PromiseWithResolvers<unknown>>()
  const listeners: ((sent: Sent) => void)[] = []
  const opened = Promise.withResolvers<{ main: string; start: string } | null>()
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (code, signal) => {
      opened.resolve(null)
      for (const one of asked.values()) one.reject(new Error(`the shell has ended: ${output()}`))
      resolve({ code, signal })
    })
  })
  child.on('message', (raw) => {
    const message = raw as FromShell
    if (message.kind === 'open') opened.resolve(message)
    else if (message.kind === 'sent') for (const take of listeners) take(message)
    else if (message.kind === 'answer') asked.get(message.id)?.resolve(message.value)
    else asked.get(message.id)?.reject(new Error(message.message))
  })
  let lastId = 0
  const ask = (name: keyof ShellHands, args: unknown[]): Promise<unknown> => {
    const id = (lastId += 1)
    const answer = Promise.withResolvers<unknown>()
    asked.set(id, answer)
    child.send({ id, name, args } satisfies ToShell, (error) => {
      if (error !== null) answer.reject(error)
    })
    return answer.promise.finally(() => asked.delete(id))
  }
  const hands = new Proxy({} as Remote<ShellHands>, {
    get:
      (_target, name) =>
      (...args: unknown[]) =>
        ask(name as keyof ShellHands, args),
  })
  return {
    pid: child.pid ?? 0,
    hands,
    origins: opened.promise,
    ended,
    output,
    onSent: (take) => listeners.push(take),
    kill: (signal) => void child.kill(signal),
  }
}
