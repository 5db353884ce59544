/** The first word to another computer that offers its home: who comes with the code is told what there is, and how to fetch it. */
import { hostname } from 'node:os'
import type { OfferedHome } from '../../contracts/hand-over.ts'
import { readPairingCode } from '../../core/pairing-code.ts'
import type { TakenLease } from './ask-for-word.ts'
import { type PairedAddress, askPaired } from './paired-line.ts'
import { readPaired } from './read-paired.ts'

export interface PairedHome {
  readonly line: PairedAddress
  /** With it what comes is silent until that one has given the word. */
  readonly lease: TakenLease
  /** The backup key. */
  readonly key: string
  readonly home: OfferedHome
}

type Place = Pick<PairedAddress, 'host' | 'port'>

/** `192.168.1.5:4182`, `box.local:4182`, `[fd00::5]:4182`. Null for anything else. */
export function readPairedPlace(typed: string): Place | null {
  const [, bracketed, plain, port = ''] =
    /^(?:\[([\da-fA-F:.%\w]+)\]|([^:\s[\]]+)):(\d{1,5})$/.exec(typed.trim()) ?? []
  const host = bracketed ?? plain
  return host !== undefined && Number(port) > 0 && Number(port) <= 65_535
    ? { host, port: Number(port) }
    : null
}

/** @throws HomebirdError USAGE for a code that is none, and as `askPaired` */
export async function pairWith(place: Place, code: string): Promise<PairedHome> {
  const { fingerprint, secret } = readPairingCode(code)
  const near = { ...place, fingerprint }
  const said = { secret: secret.toString('hex'), name: hostname() }
  const paired = await askPaired<unknown>(near, '/pair', said)
  const { ticket, key, home } = readPaired(paired.body)
  const line = { ...near, fingerprint: paired.fingerprint }
  const lease: TakenLease = {
    phase: 'taken',
    at: new Date().toISOString(),
    from: home.name,
    host: line.host,
    port: line.port,
    fingerprint: line.fingerprint.toString('hex'),
    ticket,
  }
  return { line, lease, key, home }
}

/** Where it does not arrive nothing is lost: the other home notices by itself, a while later, that nobody is there. */
export async function leave({ line, lease }: PairedHome): Promise<void> {
  await askPaired(line, '/leave', {}, { ticket: lease.ticket }).catch(() => undefined)
}

const BEAT_EVERY_MS = 5_000

/** Lets the other home know that this end is there, and how far it is. */
export class Beat {
  saying: { readonly step: string; readonly done: number; readonly total: number | null } | null = null
  readonly #timer: NodeJS.Timeout
  #isAsking = false

  constructor(line: PairedAddress, ticket: string) {
    this.#timer = setInterval(() => {
      if (this.#isAsking) return
      this.#isAsking = true
      const { step = '', done = 0, total = null } = this.saying ?? {}
      askPaired(line, '/still', { step, done, total }, { ticket })
        .catch(() => undefined) // the last step tells whether it is there
        .finally(() => (this.#isAsking = false))
    }, BEAT_EVERY_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

/** What comes, what is made of it, and what both are made with. */
const ROOM_TIMES = 2.5
const SPARE_BYTES = 512 * 1_048_576
/** What was said of its size was said roughly. */
const MOST_TIMES = 1.5

export const roomFor = ({ bytes }: OfferedHome): number => bytes * ROOM_TIMES + SPARE_BYTES
export const mostBytesOf = ({ bytes }: OfferedHome): number => bytes * MOST_TIMES + SPARE_BYTES
