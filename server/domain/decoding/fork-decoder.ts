/** Starts a decoder by Node's fork: it may write nothing, start nothing, and knows neither database nor settings. */
import { type ChildProcess, fork } from 'node:child_process'
import type { FromDecoder } from '../../contracts/decoding.ts'
import { decoderFlags } from '../../core/decoder-flags.ts'
import { entryFile } from '../../core/entry-file.ts'
import {
  type DecoderEnd,
  type DecoderLaunch,
  type DecoderProcess,
  type StartDecoder,
  residentBytes,
} from './decoder-process.ts'

const ENTRY = entryFile('decoder')
const MOST_ERROR_TEXT = 2_000

/** The pipe of an error stream is one too, which its type does not say. */
interface RefCounted {
  ref(): void
  unref(): void
}

export const forkDecoder: StartDecoder = forkDecoderFrom(ENTRY)

/** @param entry  another program, for tests */
export function forkDecoderFrom(entry: string): StartDecoder {
  return (launch) => new ForkedDecoder(start(entry, launch))
}

function start(entry: string, { file, heapMb }: DecoderLaunch): ChildProcess {
  return fork(entry, [], {
    stdio: ['ignore', 'ignore', 'pipe', ...(file === undefined ? [] : [file.fd]), 'ipc'],
    serialization: 'advanced',
    env: { MALLOC_ARENA_MAX: '2' },
    execArgv: decoderFlags(entry, heapMb),
  })
}

class ForkedDecoder implements DecoderProcess {
  readonly #child: ChildProcess
  #errorText = ''

  constructor(child: ChildProcess) {
    this.#child = child
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errorText = (this.#errorText + text).slice(0, MOST_ERROR_TEXT)
    })
  }

  send(request: Parameters<DecoderProcess['send']>[0]): void {
    this.#child.send(request, () => undefined)
  }

  onMessage(hear: (message: FromDecoder) => void): void {
    this.#child.on('message', (message) => hear(message as FromDecoder))
  }

  onEnd(ended: (end: DecoderEnd) => void): void {
    const { promise, resolve } = Promise.withResolvers<DecoderEnd>()
    const endOf = (end: Omit<DecoderEnd, 'errorText'>): void =>
      resolve({ ...end, errorText: this.#errorText })
    this.#child.once('error', (failure) => endOf({ failure, code: null, signal: null }))
    this.#child.once('close', (code, signal) => endOf({ failure: null, code, signal }))
    void promise.then(ended)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  hold(isHeld: boolean): void {
    const child = this.#child
    for (const part of [child, child.channel, child.stderr as unknown as RefCounted | null]) {
      if (isHeld) part?.ref()
      else part?.unref()
    }
  }

  residentBytes(): number | null {
    return residentBytes(this.#child.pid)
  }
}
