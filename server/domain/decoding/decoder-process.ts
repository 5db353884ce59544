/** A decoder process as those see it who have files read, whoever has started it. */
import { readFileSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { DecodeRequest, FromDecoder, ShowRequest } from '../../contracts/decoding.ts'

export interface DecoderLaunch {
  /** The one file that it reads; without it what it reads is sent to it. */
  readonly file?: FileHandle
  /** Most MiB of JavaScript objects; pixels are not among them. */
  readonly heapMb?: number
}

/** Starts one and is done at once: also that none could be started is told by its end. */
export type StartDecoder = (launch: DecoderLaunch) => DecoderProcess

export interface DecoderEnd {
  /** Why none was started; null for one that was. */
  readonly failure: Error | null
  readonly code: number | null
  readonly signal: string | null
  /** What it said before, cut. */
  readonly errorText: string
}

export interface DecoderProcess {
  /** What cannot be sent any more ends with the process, which is told otherwise. */
  send(request: DecodeRequest | ShowRequest): void
  onMessage(hear: (message: FromDecoder) => void): void
  /** Called once, at the latest soon after `kill`. */
  onEnd(ended: (end: DecoderEnd) => void): void
  kill(): void
  /** One that is not held keeps this process from ending no more than if it were not there. */
  hold(isHeld: boolean): void
  /** Null where nobody tells. */
  residentBytes(): number | null
}

/** Null where the system does not tell. */
export function residentBytes(pid: number | undefined): number | null {
  if (process.platform !== 'linux' || pid === undefined) return null
  try {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kibibytes === undefined ? null : Number(kibibytes) * 1_024
  } catch {
    return null // it has just ended
  }
}
