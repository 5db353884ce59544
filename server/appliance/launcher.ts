/** The port through which the supervisor starts its children: plain Node headless, utility processes in the shell. */
import type { ChildRole, FromChild, ToChild } from '../contracts/child-message.ts'

export interface LaunchRequest {
  readonly role: ChildRole
  /** Name for logs and process lists, such as `server-0`. */
  readonly name: string
  /** Most MiB of its heap, after which it ends; null or absent leaves it to Node. */
  readonly heapMegabytes?: number | null
}

export interface ProcessEnd {
  /** Null when a signal ended it, or when it could not be started. */
  readonly code: number | null
  readonly signal: string | null
}

/** One started process. Every listener may be set once, directly after `launch`. */
export interface LaunchedProcess {
  readonly pid: number | undefined
  /** A message to a process that is gone is dropped: its end is told by `onEnd`. */
  send(message: ToChild): void
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
  onMessage(receive: (message: FromChild) => void): void
  /** Whole lines of its standard output and error, without the line break. */
  onLine(receive: (line: string) => void): void
  /** Called exactly once. */
  onEnd(ended: (end: ProcessEnd) => void): void
}

export interface Launcher {
  /** Its processes cannot start others by Node's fork, so that decoders are started here too. */
  readonly startsDecoders?: boolean
  launch(request: LaunchRequest): LaunchedProcess
}
