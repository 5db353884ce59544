/**
 * What a check from outside has to do with: questions to the public name of this home as a stranger would put them, from
 * every place there is, and how to tell this home's answers from those of somebody else.
 */
import type { Duplex } from 'node:stream'
import type { DoctorCode } from '../../../contracts/doctor.ts'
import type { Clock } from '../../../core/clock.ts'
import type { FetchFailureReason, FetchPhase } from '../../../net/fetch-types.ts'
import type { OutsideReply } from '../../../net/outside/outside-exchange.ts'
import type { CertificateFacts } from '../../../net/outside/outside-socket.ts'
import type { FoundAddresses } from '../../../net/outside/zone-addresses.ts'
import type { SignatureKind } from '../../peers/signature-preference.ts'
import type { DoctorParts } from '../doctor-parts.ts'

/** `home`: this machine, behind the owner's router; `ssh`: the other end of the tunnel, on the internet. */
export type Vantage = 'home' | 'ssh'
export type Family = 4 | 6

export interface OutsideAsk {
  /** As it goes on the request line; never normalised. */
  readonly path: string
  /** GET unless said otherwise. */
  readonly method?: string
  /** In this order and these letters. `Host`, `User-Agent`, `Accept` and the length of the body are added where they lack. */
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: Buffer
  /** Unless said otherwise from where the home was reached. */
  readonly vantage?: Vantage
  readonly family?: Family
  /** The whole exchange, 4 s unless said otherwise; the run may end sooner. */
  readonly limitMs?: number
  /** It fills the line: it is sent when nothing else of the run is on its way. */
  readonly isHeavy?: boolean
  /** `host[:port]`, the public name of the home unless said otherwise. */
  readonly host?: string
}

export interface OutsideAnswer extends OutsideReply {
  /** From the question to the end of the answer. */
  readonly ms: number
  /** By the clock of this home, in the midst of the exchange. */
  readonly at: Date
  readonly certificate: CertificateFacts | null
}

/** One look at the public name: who answers there, if anybody. */
export interface Attempt {
  readonly vantage: Vantage
  /** Null where the other end of the tunnel chose. */
  readonly family: Family | null
  readonly address: string | null
  readonly failure: AttemptFailure | null
  readonly answer: OutsideAnswer | null
  /** It was this home that answered. */
  readonly isProven: boolean
}

export interface AttemptFailure {
  /** `connection`: nobody takes it; `certificate`: TLS is refused; `closed`: somebody takes it and says nothing. */
  readonly reason: FetchFailureReason
  /** Of a time-out: what was waited for. */
  readonly phase: FetchPhase | null
  /** Of the system, such as `ECONNREFUSED`. */
  readonly code: string | null
  readonly message: string
}

export interface Reach {
  readonly addresses: FoundAddresses
  /** Those that the world cannot reach. */
  readonly privateAddresses: readonly string[]
  readonly attempts: readonly Attempt[]
  /** The one that all further questions follow: the first that was proven, else the first that was answered. */
  readonly best: Attempt | null
  /** Only browsers are let in; further questions are put as one would. */
  readonly needsBrowser: boolean
}

/** Who signs questions: the instance actor of this home. */
export interface OutsideSigner {
  readonly keyId: string
  /** @returns the headers to send, in lower case; `host` and `date` among them */
  sign(kind: SignatureKind, request: OutsideToSign): Promise<Readonly<Record<string, string>>>
}

export interface OutsideToSign {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** `host[:port]`, the public name of the home unless said otherwise. */
  readonly host?: string
  /** Of a POST. */
  readonly body?: { readonly bytes: Buffer; readonly contentType: string }
}

export interface OutsideIdentity {
  readonly uri: string
  readonly username: string
  /** Second part of the handle. */
  readonly domain: string
  readonly serviceHost: string
}

export interface OutsideWorld {
  /** `host[:port]` that the world asks for. */
  readonly host: string
  /** Domains of handles that are served by somebody else, who leads on to the host. */
  readonly handleHosts: readonly string[]
  readonly identities: readonly OutsideIdentity[]
  readonly hasSsh: boolean
  /** Each question costs the owner something, as with providers that count requests. */
  readonly isMetered: boolean
  /** The owner has asked for what takes its time as well. */
  readonly isDeep: boolean
  /** Of proofs; see `core/probe`. */
  readonly key: Buffer
  readonly clock: Clock
  /** A signed request of another server was accepted then; null where none was lately known of. */
  readonly peerProvedAt?: Date | null
  readonly signer: OutsideSigner
  /** Ends with the run. */
  readonly signal: AbortSignal
  /** What stands in front as its answers so far tell, such as `caddy`, `nginx`, `cloudflare`; null where they do not. */
  edge(): string | null
  /** Of questions that name no other: where only browsers are let in, that of one. */
  agent(): string
  /** Addresses, and who answers there; looked up once for all checks of a run. */
  reach(): Promise<Reach>
  /** Whether this home answers at its public name: what rests upon that need not be tried where it does not. */
  isReached(): Promise<boolean>
  /** @throws HomebirdError FETCH_FAILED, FETCH_REFUSED, FETCH_TIMEOUT where no answer came; see `fetchFailureOf` */
  ask(ask: OutsideAsk): Promise<OutsideAnswer>
  /** A connection through TLS to the public name, to be closed by whoever opened it; it ends with the run. */
  open(vantage?: Vantage): Promise<Duplex>
  /** For one question to the probe routes. */
  nonce(): string
  /** Whether JSON with the proof of this nonce and kind came, which only this home can have made. */
  isProof(answer: OutsideAnswer, nonce: string, kind: string): boolean
}

export interface OutsideCheck {
  /** The window has words for it, as for every check of the doctor. */
  readonly name: string
  /** Without codes all is well. What it throws is a finding worth a look, with its reason. */
  run(world: OutsideWorld, parts: DoctorParts): Promise<readonly DoctorCode[]>
}
