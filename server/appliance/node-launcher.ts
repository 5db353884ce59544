/** Starts children with plain Node: an IPC channel, an allow-listed environment, no shell. */
import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { decoderFlags } from '../core/decoder-flags.ts'
import type { ChildRole, FromChild, ToChild } from '../contracts/child-message.ts'
import { entryFile } from '../core/entry-file.ts'
import { childEnvironment } from './child-environment.ts'
import { heapFlags } from './heap-flags.ts'
import type { LaunchRequest, LaunchedProcess, Launcher, ProcessEnd } from './launcher.ts'

/** What is started for each role, by whichever launcher. */
export const CHILD_ENTRIES: Readonly<Record<ChildRole, string>> = {
  migrate: entryFile('migrate'),
  server: entryFile('main'),
  worker: entryFile('worker'),
  tunnel: entryFile('tunnel'),
  decoder: entryFile('decoder'),
  keeper: entryFile('keeper'),
}

/**
 * Node's compile cache, where nobody named one: beside the sources, which are trusted like it, and not in a folder
 * that others can write. A child that finds itself there is started without type stripping, which costs 30 MB.
 */
const CODE_CACHE = join(import.meta.dirname, '..', '..', '.cache', 'code')

interface NodeLauncherOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly entries?: Readonly<Record<ChildRole, string>>
}

export function createNodeLauncher({ env, entries = CHILD_ENTRIES }: NodeLauncherOptions): Launcher {
  const childEnv = { NODE_COMPILE_CACHE: CODE_CACHE, ...childEnvironment(env) }
  return {
    launch(request: LaunchRequest): LaunchedProcess {
      const { role, name, heapMegabytes } = request
      const entry = entries[role]
      const child = fork(entry, [], {
        env: role === 'decoder' ? childEnvironment({}) : childEnv,
        execArgv:
          role === 'decoder'
            ? decoderFlags(entry, heapMegabytes)
            : [`--title=homebird ${name}`, ...heapFlags(request)],
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      })
      return launched(child)
    },
  }
}

function launched(child: ChildProcess): LaunchedProcess {
  // What has no listener yet is dropped by the stream of events, so all are set before the first tick is over.
  return {
    pid: child.pid,
    send(message: ToChild) {
      if (child.connected) child.send(message, undefined, undefined, () => undefined)
    },
    kill: (signal) => void child.kill(signal),
    onMessage: (receive) => child.on('message', (message) => receive(message as FromChild)),
    onLine(receive) {
      for (const input of [child.stdout, child.stderr]) {
        if (input !== null) createInterface({ input }).on('line', receive)
      }
    },
    onEnd(ended) {
      // `close` comes when its output was read too; without a process there is only `error`.
      child.once('close', (code, signal) => ended({ code, signal } satisfies ProcessEnd))
      child.once('error', () => {
        if (child.pid === undefined) ended({ code: null, signal: null })
      })
    },
  }
}
