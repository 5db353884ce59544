/**
 * Starts the children of the home the Electron way, as utility processes: the program itself never runs as Node.
 * @see security rules 93, 94
 */
import { constants } from 'node:os'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { UtilityProcess } from 'electron'
import {
  type LaunchRequest,
  type LaunchedProcess,
  type Launcher,
  childEnvironment,
  heapFlags,
} from '../../server/appliance/index.ts'
import type { ChildRole, FromChild } from '../../server/contracts/child-message.ts'
import { isFinalExitCode } from '../../server/contracts/exit-code.ts'
import type { ElectronParts } from '../electron-parts.ts'

interface LauncherNeeds {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly entries: Readonly<Record<ChildRole, string>>
}

/** Output that a process leaves behind is waited for this long: a grandchild may hold the pipe open. */
const OUTPUT_LIMIT_MS = 1_000

export function createUtilityProcessLauncher(
  { utilityProcess }: Pick<ElectronParts, 'utilityProcess'>,
  { env, entries }: LauncherNeeds,
): Launcher {
  return {
    startsDecoders: true,
    launch(request: LaunchRequest): LaunchedProcess {
      const { role, name } = request
      // It ends itself when this process is gone: see `core/child-channel.ts`.
      const child = utilityProcess.fork(entries[role], [`--supervisor-pid=${process.pid}`], {
        // What reads the pictures of strangers learns nothing of this computer.
        env: childEnvironment(role === 'decoder' ? {} : env),
        execArgv: heapFlags(request),
        stdio: ['ignore', 'pipe', 'pipe'],
        serviceName: `homebird ${name}`,
      })
      return launched(child)
    },
  }
}

function launched(child: UtilityProcess): LaunchedProcess {
  const outputs = [child.stdout, child.stderr].filter((output) => output !== null) as Readable[]
  let told: number | null = null
  let hasEnded = false
  let isToBeKilled = false
  const kill = (signal: 'SIGTERM' | 'SIGKILL'): void => {
    if (hasEnded) return
    if (signal === 'SIGTERM') child.kill()
    else if (child.pid === undefined) isToBeKilled = true
    else killByForce(child.pid)
  }
  child.once('spawn', () => {
    if (isToBeKilled) kill('SIGKILL')
  })
  child.on('message', (message: FromChild) => {
    if (message.type === 'failed') told = message.exitCode
  })
  return {
    get pid() {
      return child.pid
    },
    send(message) {
      // A process has no origin: the rule means windows of a page.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      if (!hasEnded) child.postMessage(message)
    },
    kill,
    onMessage: (receive) => child.on('message', (message: FromChild) => receive(message)),
    onLine(receive) {
      for (const input of outputs) createInterface({ input }).on('line', receive)
    },
    onEnd(ended) {
      child.once('exit', (raw) => {
        hasEnded = true
        const end = endOf(raw, told)
        void outputRead(outputs).then(() => ended(end))
      })
    },
  }
}

/** The process is our own child and has not been waited for, so its number belongs to nobody else. */
function killByForce(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended in this very moment; `exit` follows.
  }
}

/**
 * Electron hands on what `waitpid` says, in which the number of a signal looks like an exit code: 11 is a broken memory
 * access, and to us a folder that cannot be used. A code after which no restart is tried is believed only when the
 * child has said it by word too.
 */
export function endOf(
  raw: number,
  told: number | null,
): { readonly code: number | null; readonly signal: string | null } {
  if (!isFinalExitCode(raw) || raw === told) return { code: raw, signal: null }
  const signal = Object.entries(constants.signals).find(([, number]) => number === raw)?.[0]
  return { code: null, signal: signal ?? `code ${raw}` }
}

async function outputRead(outputs: readonly Readable[]): Promise<void> {
  const signal = AbortSignal.timeout(OUTPUT_LIMIT_MS)
  // A pipe that breaks or stays open has said all that it will.
  await Promise.allSettled(outputs.map((output) => finished(output, { signal, writable: false })))
}
