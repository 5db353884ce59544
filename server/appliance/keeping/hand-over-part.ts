/**
 * Which machine speaks for this home, as its supervisor keeps it: the offer to another one, the pause while everything is sent,
 * and the lease on the disk by which this one is silent from then on. A home that was killed before the word was given speaks
 * again; one that has given it is silent until somebody says otherwise on purpose.
 */
import { hostname, networkInterfaces } from 'node:os'
import type { HandOverRequest, HandOverState, Lease, PairedDoor, Voice } from '../../contracts/hand-over.ts'
import type { BackupKeys, HandOverJob } from '../../contracts/keeping.ts'
import { HomebirdError, assertNever } from '../../core/errors.ts'
import { readLease, removeLease, writeLease } from '../../core/lease-file.ts'
import { makeOwnCertificate } from '../../core/own-certificate.ts'
import { newPairingCode, writePairingCode } from '../../core/pairing-code.ts'

/** Beside the public and the private port. */
const USUAL_PORT = 4182
const USUAL_MINUTES = 30
const MOST_MINUTES = 24 * 60
const USUAL_PATIENCE_S = 180
const MOST_PATIENCE_S = 3_600
const FOLLOW_AFTER_MS = 300

export interface HandOverSurroundings {
  /** Folder of the home. */
  readonly folder: string
  readonly keeper: { start(job: HandOverJob): void; endHandOver(): void }
  readonly keys: () => BackupKeys
  /** Null where it may be handed over; else why not. */
  readonly whyNot: () => string | null
  /** Every part of the home follows; settles when no former one runs any more. */
  changeVoice(voice: Voice): Promise<void>
  readonly notice: (level: 'info' | 'warn' | 'error', message: string) => void
}

/** Whoever reaches the control socket. */
const COMMAND = 'command'

/** Commands, and servers for the owner, whose password they have checked. */
function requireOwners(asker: string): void {
  if (asker === COMMAND || asker.startsWith('server-')) return
  throw new HomebirdError('FORBIDDEN', `${asker} cannot say who speaks for this home`)
}

type Offer = Extract<HandOverRequest, { readonly ask: 'offer' }>

/** What is known of an offer until it comes to its end. */
interface Offering {
  readonly code: string
  readonly door: PairedDoor
  readonly expiresAt: string
  /** Null until somebody listens. */
  port: number | null
  peer: string | null
  ticketHash: string | null
  isPaused: boolean
}

export class HandOverPart {
  readonly #around: HandOverSurroundings
  #lease: Lease | null
  #offering: Offering | null = null

  /** @throws HomebirdError DATA_DIR_UNUSABLE where nobody knows who speaks */
  constructor(around: HandOverSurroundings) {
    this.#around = around
    this.#lease = readLease(around.folder)
  }

  get voice(): Voice {
    if (this.#lease !== null) return 'silent'
    return this.#offering?.isPaused === true ? 'paused' : 'speaks'
  }

  /** @param asker  who asks: the keeper may say what nobody else may */
  async answer(asker: string, request: HandOverRequest): Promise<HandOverState> {
    switch (request.ask) {
      case 'state':
        return this.state(asker === COMMAND)
      case 'offer':
        requireOwners(asker)
        return this.#offer(request)
      case 'speak':
        requireOwners(asker)
        return this.#speak()
      case 'listening':
      case 'paired':
      case 'pause':
      case 'give':
      case 'confirm':
        if (asker !== 'keeper') throw new HomebirdError('FORBIDDEN', 'only the keeper says that')
        return this.#hear(request)
      default:
        return assertNever(request)
    }
  }

  /** @param tellsCode  who has the code gets everything: it is told to who has made the offer, and to commands of the account */
  state(tellsCode: boolean): HandOverState {
    const offering = this.#offering
    if (this.#lease !== null || offering === null) return stateOfLease(this.#lease)
    const { code, door, port, expiresAt, ticketHash } = offering
    const addresses = port === null ? [] : addressesOf(door.host, port)
    return {
      phase: ticketHash === null ? 'offered' : 'giving',
      offer: ticketHash === null ? { code: tellsCode ? code : null, addresses, expiresAt } : null,
      peer: offering.peer,
      since: null,
      isConfirmed: false,
    }
  }

  /** The keeper has ended: an offer has come to nothing, unless the word was given. */
  keeperEnded(): void {
    const offering = this.#offering
    this.#offering = null
    if (offering?.isPaused !== true || this.#lease !== null) return
    this.#around.notice('info', 'this home speaks again: it was not handed over')
    this.#follow()
  }

  /** Who has given the word says so until the other has heard it. */
  tellDue(): void {
    const lease = this.#lease
    if (lease?.phase !== 'given' || lease.unconfirmed === null) return
    const { ticketHash, ...door } = lease.unconfirmed
    this.#around.keeper.start({
      task: 'hand_over',
      door,
      mayMove: false,
      keys: { key: '', locks: [] },
      secret: null,
      expiresAt: lease.at,
      patienceMs: 0,
      given: { peer: lease.to, ticketHash },
    })
  }

  #offer(wish: Offer): HandOverState {
    const { keeper, keys, whyNot } = this.#around
    const why = this.#lease === null ? whyNot() : 'it does not speak for itself: it was handed over'
    if (why !== null) throw refused(why)
    const { host = '0.0.0.0', port = USUAL_PORT, minutes = USUAL_MINUTES } = wish
    const patienceSeconds = wish.patienceSeconds ?? USUAL_PATIENCE_S
    requireWithin('port', port, 0, 65_535)
    requireWithin('minutes', minutes, 1, MOST_MINUTES)
    requireWithin('patience', patienceSeconds, 5, MOST_PATIENCE_S)
    const { fingerprint, key, certificate } = makeOwnCertificate(new Date())
    const code = newPairingCode(fingerprint)
    const offering: Offering = {
      code: writePairingCode(code),
      door: { host, port, key, certificate },
      expiresAt: new Date(Date.now() + minutes * 60_000).toISOString(),
      port: null,
      peer: null,
      ticketHash: null,
      isPaused: false,
    }
    keeper.start({
      task: 'hand_over',
      door: offering.door,
      mayMove: wish.port === undefined,
      keys: keys(),
      secret: code.secret.toString('hex'),
      expiresAt: offering.expiresAt,
      patienceMs: patienceSeconds * 1_000,
      given: null,
    })
    this.#offering = offering
    return this.state(true)
  }

  async #hear(
    request: Exclude<HandOverRequest, { readonly ask: 'state' | 'offer' | 'speak' }>,
  ): Promise<HandOverState> {
    const offering = this.#offering
    if (request.ask === 'confirm') this.#confirm()
    else if (offering === null) {
      // Of a lease that was given, it only listens again.
      if (this.#lease?.phase !== 'given') throw refused('nothing is offered any more')
    } else if (request.ask === 'listening') offering.port = request.port
    else if (request.ask === 'paired') {
      offering.peer = request.peer
      offering.ticketHash = request.ticketHash
      this.#around.notice('info', `${request.peer} has the code of the offer and takes this home over`)
    } else if (request.ask === 'pause') await this.#pause(offering)
    else this.#give(offering)
    return this.state(false)
  }

  async #pause(offering: Offering): Promise<void> {
    offering.isPaused = true
    this.#around.notice(
      'info',
      'this home is paused while it is handed over: it can be read, and sends nothing',
    )
    await this.#around.changeVoice('paused')
    if (this.#offering !== offering) throw refused('it was broken off')
  }

  #give(offering: Offering): void {
    const { peer, ticketHash, port, isPaused, door } = offering
    if (this.#lease !== null) return
    if (!isPaused || peer === null || ticketHash === null || port === null)
      throw refused('nobody was sent anything yet')
    const unconfirmed = { ...door, port, ticketHash }
    const lease: Lease = { phase: 'given', at: new Date().toISOString(), to: peer, unconfirmed }
    writeLease(this.#around.folder, lease)
    this.#lease = lease
    this.#around.notice('info', `this home was handed over to ${peer}, and is silent from now on`)
    this.#follow()
  }

  #confirm(): void {
    if (this.#lease?.phase !== 'given') throw refused('the word was not given')
    const lease: Lease = { ...this.#lease, unconfirmed: null }
    writeLease(this.#around.folder, lease)
    this.#lease = lease
  }

  #speak(): HandOverState {
    if (this.#lease === null) return this.state(false)
    removeLease(this.#around.folder)
    this.#lease = null
    // The door through which the other could still ask for the word is shut.
    this.#offering = null
    this.#around.keeper.endHandOver()
    this.#around.notice('warn', 'this home speaks again: somebody has said so on purpose')
    // A server may ask, which is started anew itself: it gives its answer first.
    setTimeout(() => this.#follow(), FOLLOW_AFTER_MS)
    return this.state(false)
  }

  /** Nobody waits for it: what counts is on the disk. */
  #follow(): void {
    this.#around.changeVoice(this.voice).catch((error: unknown) => {
      // The home stops; its next start begins with what is on the disk.
      this.#around.notice('warn', `not every part has heard who speaks: ${String(error)}`)
    })
  }
}

/** Of a home that offers nothing. */
export function stateOfLease(lease: Lease | null): HandOverState {
  if (lease === null) return { phase: 'none', offer: null, peer: null, since: null, isConfirmed: false }
  const { phase, at: since } = lease
  if (phase === 'taken') return { phase, offer: null, peer: lease.from, since, isConfirmed: false }
  return { phase, offer: null, peer: lease.to, since, isConfirmed: lease.unconfirmed === null }
}

function refused(why: string): HomebirdError {
  const text = `this home cannot be handed over: ${why}`
  return new HomebirdError('CONFLICT', text, { safe: text })
}

function requireWithin(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  const why = `${name} is ${value} and must be a whole number from ${least} to ${most}`
  throw new HomebirdError('UNPROCESSABLE', why, { safe: why })
}

/** Where the other machine may find this one: what it listens on, or every address of a network that it is in. */
function addressesOf(host: string, port: number): string[] {
  if (host !== '0.0.0.0' && host !== '::') return [at(host, port)]
  const found = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const near = found.filter(({ family, internal }) => family === 'IPv4' && !internal)
  return [...near.map(({ address }) => at(address, port)), at(hostname(), port)]
}

const at = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`
