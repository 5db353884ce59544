/**
 * A new home becomes the one of another computer that offers itself: paired, brought, restored beside this one, which is then opened
 * again as that one. Until the last step nothing has changed here, and the other home goes on.
 */
import { rm, statfs } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { TakingState } from '../../contracts/taking-home.ts'
import type { KeeperState } from '../../contracts/keeping.ts'
import { HomebirdError, describeError, isHomebirdError } from '../../core/errors.ts'
import { requireKnownSchema } from '../../db/known-schema.ts'
import {
  Beat,
  type PairedHome,
  leave,
  mostBytesOf,
  pairWith,
  readPairedPlace,
  roomFor,
} from '../../net/paired/pair.ts'
import { streamPaired } from '../../net/paired/paired-line.ts'
import type { HttpContext, Supervision } from '../http-context.ts'

type Around = Pick<HttpContext, 'shelf' | 'log' | 'stopping'> & {
  readonly supervision: Pick<Supervision, 'dataDir' | 'keep'>
  /** How long a home may be looked at; half an hour. */
  readonly lookedAtMs?: number
}

const LOOK_EVERY_MS = 1_000
const LOOK_TRIES = 10
/** As long as an offer usually stands. */
const LOOKED_AT_MS = 30 * 60_000

interface Paired extends PairedHome {
  readonly beat: Beat
  readonly controller: AbortController
}

export class TakingHome {
  readonly #around: Around
  #paired: Paired | null = null
  /** A pairing that waits for its answer is over when the number has gone on. */
  #pairing = 0
  #state: TakingState = { phase: 'none' }

  constructor(around: Around) {
    this.#around = around
  }

  get state(): TakingState {
    return this.#state
  }

  /** @throws HomebirdError CONFLICT, UNPROCESSABLE, FORBIDDEN, UNAVAILABLE; then nothing was begun */
  async pair(address: string, code: string): Promise<TakingState> {
    const place = readPairedPlace(address)
    if (place === null)
      throw refusal(`"${address}" is no address; write it as the old home shows it: HOST:PORT`)
    if (this.#isUnderWay) throw conflict('a home is being taken over already; wait for it, or cancel it')
    const mine = ++this.#pairing
    await this.#forget()
    const paired = await pairWith(place, code).catch((error: unknown) => {
      throw isHomebirdError(error, 'USAGE') ? refusal(error.message) : error
    })
    try {
      await requireKnownSchema(paired.home)
      await this.#requireRoom(paired)
    } catch (error) {
      await leave(paired)
      throw error
    }
    if (mine !== this.#pairing) {
      await leave(paired)
      return this.#state
    }
    this.#paired = {
      ...paired,
      beat: new Beat(paired.line, paired.lease.ticket),
      controller: new AbortController(),
    }
    this.#state = { phase: 'paired', home: paired.home }
    // Who only looked and went away holds the other home no longer.
    const { controller } = this.#paired
    setTimeout(() => {
      if (this.#paired?.controller === controller && this.#state.phase === 'paired')
        void this.#forget({ phase: 'lapsed' })
    }, this.#around.lookedAtMs ?? LOOKED_AT_MS).unref()
    return this.#state
  }

  /** It goes on by itself. @throws HomebirdError CONFLICT where nothing is paired */
  begin(): TakingState {
    const paired = this.#paired
    if (paired === null || this.#state.phase !== 'paired')
      throw conflict('nothing is to be taken over; give address and code first')
    this.#state = { phase: 'coming', done: 0, total: paired.home.bytes }
    void this.#take(paired).catch(async (error: unknown) => {
      // What is laid ready is opened when this home stops: the other one waits for it.
      if (this.#around.stopping.aborted) return
      const isCancelled = paired.controller.signal.aborted
      this.#around.log.warn({ event: 'hand_over.not_taken', error: describeError(error) })
      const message = isHomebirdError(error) ? error.message : describeError(error)
      await this.#forget(isCancelled ? { phase: 'none' } : { phase: 'failed', message })
    })
    return this.#state
  }

  async cancel(): Promise<TakingState> {
    this.#pairing += 1
    this.#paired?.controller.abort()
    if (this.#state.phase === 'restoring')
      await this.#around.supervision.keep({ kind: 'keeping', ask: 'cancel' })
    else if (this.#state.phase !== 'coming') await this.#forget()
    return this.#state
  }

  get #isUnderWay(): boolean {
    return this.#state.phase === 'coming' || this.#state.phase === 'restoring'
  }

  /** What follows is told at once: the other home may take minutes to hear that it is let go of. */
  async #forget(next: TakingState = { phase: 'none' }): Promise<void> {
    const paired = this.#paired
    this.#paired = null
    this.#state = next
    if (paired === null) return
    paired.beat.stop()
    await leave(paired)
  }

  async #take(paired: Paired): Promise<void> {
    const { shelf, supervision } = this.#around
    const { line, lease, key, home, beat, controller } = paired
    const source = await streamPaired(line, '/home', lease.ticket, controller.signal)
    const { path } = await shelf
      .take(this.#counted(source, paired), mostBytesOf(home))
      // What was never read does not end by itself, and the old home would wait for it.
      .finally(() => source.destroy())
    try {
      controller.signal.throwIfAborted()
      const given = { key, lease: { ...lease, isAskedAtStart: true } }
      const order = { task: 'restore', from: { file: path }, words: null, given } as const
      await supervision.keep({ kind: 'keeping', ask: 'start', order })
      this.#state = { phase: 'restoring', progress: null }
      // What was cancelled while the supervisor answered; from here on `cancel` asks it by itself.
      if (controller.signal.aborted) await this.#cancelRestoring()
      for (;;) {
        const { running, ended } = await this.#stateOfRestoring()
        if (running === null) {
          const [last] = ended
          // This home stops now, and is opened again as the one that lies ready; until then the other is told that it is there.
          if (last?.task === 'restore' && last.result === 'done') return
          throw refusal(last?.message ?? 'it was broken off; nothing has changed')
        }
        beat.saying = running
        this.#state = { phase: 'restoring', progress: running }
        await pause(LOOK_EVERY_MS)
      }
    } finally {
      await rm(path, { force: true })
    }
  }

  /** A supervisor that is busy for a while goes on restoring: the old home is let go of only where it stays silent. */
  async #stateOfRestoring(): Promise<KeeperState> {
    const { supervision, stopping } = this.#around
    for (let left = LOOK_TRIES; ; left -= 1) {
      try {
        return (await supervision.keep({ kind: 'keeping', ask: 'state' })) as KeeperState
      } catch (error) {
        if (stopping.aborted) throw error
        if (!isHomebirdError(error, 'UNAVAILABLE') || left <= 1) {
          // What follows lets go of the old home: this one must not become it after that.
          await this.#cancelRestoring()
          throw error
        }
      }
      await pause(LOOK_EVERY_MS)
    }
  }

  /** One that cannot be asked for goes on, and can be asked for again. */
  async #cancelRestoring(): Promise<void> {
    try {
      await this.#around.supervision.keep({ kind: 'keeping', ask: 'cancel' })
    } catch (error) {
      this.#around.log.warn({ event: 'hand_over.not_cancelled', error: describeError(error) })
    }
  }

  async *#counted(source: AsyncIterable<Buffer>, { home, beat }: Paired): AsyncGenerator<Buffer> {
    let done = 0
    for await (const chunk of source) {
      done += chunk.length
      this.#state = { phase: 'coming', done, total: home.bytes }
      beat.saying = { step: 'bring', done, total: home.bytes }
      yield chunk
    }
  }

  /** @throws HomebirdError STORAGE_FULL */
  async #requireRoom({ home }: PairedHome): Promise<void> {
    const { dataDir } = this.#around.supervision
    const { bavail, bsize } = await statfs(dataDir)
    const [free, needed] = [bavail * bsize, roomFor(home)]
    if (free >= needed) return
    const [asked, there] = [needed, free].map((bytes) => Math.ceil(bytes / 1_048_576))
    const why = `taking the home over needs ${asked} MB on the disk of ${dataDir}, and ${there} MB are free; make room there, and take it again`
    throw new HomebirdError('STORAGE_FULL', why, { safe: why })
  }
}

const refusal = (why: string): HomebirdError => new HomebirdError('UNPROCESSABLE', why, { safe: why })
const conflict = (why: string): HomebirdError => new HomebirdError('CONFLICT', why, { safe: why })
