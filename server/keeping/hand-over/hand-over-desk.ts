/**
 * What the old home says to the new one, and to whoever else comes: one machine is let in by the secret of the code, once; it
 * alone gets the home, and the word. Few wrong codes end the offer.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Writable } from 'node:stream'
import type { OfferedHome, Paired } from '../../contracts/hand-over.ts'
import type { HandOverJob } from '../../contracts/keeping.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { PairedAnswer } from '../../net/paired/paired-listener.ts'

/** Of 2^40 secrets. */
const MOST_TRIES = 10
const MOST_NAME = 64

/** What has become of the offer. */
export type DeskEnd =
  | { readonly how: 'confirmed'; readonly peer: string }
  | { readonly how: 'left' | 'guessed' | 'expired' | 'silent' }

export interface DeskNeeds {
  readonly job: HandOverJob
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds of a clock that nobody sets, and that stands still while the machine sleeps. */
  readonly ticks: () => number
  /** Looks at the home. */
  readonly home: () => Promise<OfferedHome>
  /** The supervisor's. */
  readonly paired: (peer: string, ticketHash: string) => Promise<void>
  /** Nothing of the home writes or sends any more when it settles. */
  pause(): Promise<void>
  /** It is on the disk that this home is silent when it settles. */
  give(): Promise<void>
  confirm(): Promise<void>
  /** Sends the whole home, and ends what it is sent into. */
  send(into: Writable): Promise<void>
  filling(step: string, done: number, total: number | null): void
}

export class HandOverDesk {
  /** Settles when there is nothing more to do. */
  readonly ended: Promise<DeskEnd>
  readonly #needs: DeskNeeds
  readonly #end = Promise.withResolvers<DeskEnd>()
  #tries = 0
  #peer: string | null
  #ticketHash: string | null
  #isPaused = false
  #isSent = false
  #isSending = false
  #sending: Promise<void> = Promise.resolve()
  #isGiven: boolean
  #heardAt: number

  constructor(needs: DeskNeeds) {
    this.#needs = needs
    this.ended = this.#end.promise
    this.#peer = needs.job.given?.peer ?? null
    this.#ticketHash = needs.job.given?.ticketHash ?? null
    this.#isGiven = needs.job.given !== null
    this.#heardAt = needs.ticks()
  }

  /** Whether anybody has shown the code. */
  get isPaired(): boolean {
    return this.#ticketHash !== null
  }

  async answer(path: string, ticket: string | null, body: unknown): Promise<PairedAnswer> {
    if (path === '/pair') return this.#pair(body)
    if (!this.#isTheirs(ticket)) return refuse(403, 'it is paired with nobody who shows that')
    this.#heardAt = this.#needs.ticks()
    switch (path) {
      case '/still':
        return this.#still(body)
      case '/home':
        return this.#home()
      case '/give':
        return this.#give()
      case '/done':
        return this.#done()
      case '/leave':
        return this.#leave()
      default:
        return refuse(404, 'it knows no such question')
    }
  }

  /** Looks at the time. Who has given waits for ever: the other may only have been switched off. */
  look(): void {
    if (this.#isGiven) return
    const { now, ticks, job } = this.#needs
    if (!this.isPaired && now() >= Date.parse(job.expiresAt)) this.#end.resolve({ how: 'expired' })
    const isSilent = this.isPaired && !this.#isSending && ticks() - this.#heardAt > job.patienceMs
    if (isSilent) this.#end.resolve({ how: 'silent' })
  }

  async #pair(body: unknown): Promise<PairedAnswer> {
    const { job, home, paired, now, ticks } = this.#needs
    const { secret, name } = shapeOf(body)
    if (this.isPaired || job.secret === null || this.#tries >= MOST_TRIES)
      return refuse(410, 'its code is used up; have it make a new one')
    if (now() >= Date.parse(job.expiresAt)) return refuse(410, 'its code is too old; have it make a new one')
    if (!isSame(Buffer.from(secret, 'hex'), Buffer.from(job.secret, 'hex'))) {
      this.#tries += 1
      if (this.#tries >= MOST_TRIES) this.#end.resolve({ how: 'guessed' })
      return refuse(403, 'the code is not that of its offer')
    }
    const ticket = randomBytes(32).toString('base64url')
    this.#peer = name.slice(0, MOST_NAME)
    this.#ticketHash = hashOf(ticket)
    this.#heardAt = ticks()
    await paired(this.#peer, this.#ticketHash)
    const answer: Paired = { ticket, key: job.keys.key, home: await home() }
    return { status: 200, body: answer }
  }

  #still(body: unknown): PairedAnswer {
    const { step, done, total } = shapeOf(body)
    if (!this.#isSending && step !== '') this.#needs.filling(step, done, total)
    return agreed()
  }

  async #home(): Promise<PairedAnswer> {
    if (this.#isGiven) return refuse(409, 'it has given the word already')
    if (this.#isSending) return refuse(409, 'it is being sent already')
    this.#isSending = true
    try {
      if (!this.#isPaused) await this.#needs.pause()
      this.#isPaused = true
    } catch (error) {
      this.#isSending = false
      throw error
    }
    return { status: 200, body: null, stream: (into) => this.#send(into) }
  }

  async #send(into: Writable): Promise<void> {
    const sending = this.#needs.send(into)
    // Whoever has read all to its end may ask before this end knows that it has; a failure is thrown by the wait below.
    this.#sending = sending.catch(() => undefined)
    try {
      await sending
      this.#isSent = true
    } finally {
      this.#isSending = false
      this.#heardAt = this.#needs.ticks()
    }
  }

  /** May be asked again: the answer may not have come through, and the home may have taken its word back since. */
  async #give(): Promise<PairedAnswer> {
    await this.#sending
    if (!this.#isGiven && (!this.#isSent || this.#isSending)) return refuse(409, 'it was not sent whole yet')
    await this.#needs.give()
    this.#isGiven = true
    return agreed()
  }

  async #done(): Promise<PairedAnswer> {
    if (!this.#isGiven) return refuse(409, 'it has not given the word')
    await this.#needs.confirm()
    this.#end.resolve({ how: 'confirmed', peer: this.#peer ?? '' })
    return agreed()
  }

  #leave(): PairedAnswer {
    if (this.#isGiven) return refuse(409, 'it has given the word already; hand it over the other way round')
    this.#end.resolve({ how: 'left' })
    return agreed()
  }

  #isTheirs(ticket: string | null): boolean {
    if (ticket === null || this.#ticketHash === null) return false
    return isSame(Buffer.from(hashOf(ticket), 'hex'), Buffer.from(this.#ticketHash, 'hex'))
  }
}

const agreed = (): PairedAnswer => ({ status: 200, body: {} })
const refuse = (status: number, error: string): PairedAnswer => ({ status, body: { error } })
const hashOf = (ticket: string): string => createHash('sha256').update(ticket).digest('hex')

function isSame(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && one.length > 0 && timingSafeEqual(one, other)
}

interface Said {
  readonly secret: string
  readonly name: string
  readonly step: string
  readonly done: number
  readonly total: number | null
}

/** Whatever a stranger sends: what is no text is empty, what is no number is none. */
function shapeOf(body: unknown): Said {
  const said: Readonly<Record<string, unknown>> = typeof body === 'object' && body !== null ? { ...body } : {}
  const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 200) : '')
  const count = (value: unknown): number | null =>
    typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null
  return {
    secret: text(said['secret']),
    // Shown to the owner and in the log: nothing that moves a cursor.
    name: text(said['name']).replaceAll(/[^\p{L}\p{N} ._-]/gu, '') || 'another computer',
    step: text(said['step']).replaceAll(/[^a-z_]/g, ''),
    done: count(said['done']) ?? 0,
    total: count(said['total']),
  }
}

/** What the owner is told of an offer that has come to nothing. */
export function requireConfirmed(end: DeskEnd): string {
  switch (end.how) {
    case 'confirmed':
      return end.peer
    case 'expired':
      throw broken('nobody has come with the code in time; make a new offer')
    case 'guessed':
      throw broken(`${MOST_TRIES} wrong codes were tried; make a new offer, and see who is in your network`)
    case 'left':
      throw broken('the other computer has given it up; this one goes on')
    case 'silent':
      throw broken('the other computer was not heard of any more; this one goes on')
    default:
      return end satisfies never
  }
}

function broken(why: string): HomebirdError {
  return new HomebirdError('UNAVAILABLE', why, { safe: why })
}
