/**
 * A home goes from one machine to another while both run: the old one offers itself, the new one takes a copy of everything
 * and then the word. At most one of the two speaks for the identities; what the other keeps is read only.
 */

/**
 * `paused`: it is being handed over; it can be read, takes nothing in and sends nothing, and what waits stays. `silent`: another
 * machine speaks, or will; what comes from outside is answered that it is not here.
 */
export type Voice = 'speaks' | 'paused' | 'silent'

/** A listener that the other end knows by its certificate. */
export interface PairedDoor {
  readonly host: string
  readonly port: number
  /** PEM. */
  readonly key: string
  readonly certificate: string
}

/** On the disk of a machine that does not speak. */
export type Lease =
  | {
      readonly phase: 'given'
      readonly at: string
      /** Name of the other machine. */
      readonly to: string
      /** Where it is told so once more, until it has said that it knows: with the hash of the ticket that it shows. */
      readonly unconfirmed: (PairedDoor & { readonly ticketHash: string }) | null
    }
  | {
      readonly phase: 'taken'
      readonly at: string
      readonly from: string
      readonly host: string
      readonly port: number
      /** SHA-256 of the certificate, hexadecimal. */
      readonly fingerprint: string
      readonly ticket: string
      /** By the server of this home as soon as it runs; else by a command. */
      readonly isAskedAtStart?: boolean
    }

/** How far the handing over of this home is. */
export interface HandOverState {
  /** `none`: it speaks and offers nothing. `taken`: it is here, and the old one has not said yet that it is silent. */
  readonly phase: 'none' | 'offered' | 'giving' | 'given' | 'taken'
  /** While it is offered and nobody has come. */
  readonly offer: {
    /** Null to a server that asks how it stands: only who has made the offer with the password is told, once. */
    readonly code: string | null
    /** `host:port`, the likeliest first; none until it can be reached. */
    readonly addresses: readonly string[]
    readonly expiresAt: string
  } | null
  /** Name of the other machine, once it is known. */
  readonly peer: string | null
  /** Since when another speaks. */
  readonly since: string | null
  /** Of a home that was given away: whether the other has said that it knows. */
  readonly isConfirmed: boolean
}

export type HandOverRequest =
  | { readonly kind: 'hand_over'; readonly ask: 'state' }
  /** Opens the listener. Refused while the keeper works, and by a home that does not speak. */
  | {
      readonly kind: 'hand_over'
      readonly ask: 'offer'
      readonly host?: string
      readonly port?: number
      readonly minutes?: number
      /** How long the other may be silent before this home goes on by itself. */
      readonly patienceSeconds?: number
    }
  /** On purpose: this machine speaks again. */
  | { readonly kind: 'hand_over'; readonly ask: 'speak' }
  /** Of the keeper that hands over. */
  | { readonly kind: 'hand_over'; readonly ask: 'listening'; readonly port: number }
  | { readonly kind: 'hand_over'; readonly ask: 'paired'; readonly peer: string; readonly ticketHash: string }
  /** Answered when nothing of the home writes or sends any more. */
  | { readonly kind: 'hand_over'; readonly ask: 'pause' }
  /** Answered when it is on the disk that this home does not speak any more. */
  | { readonly kind: 'hand_over'; readonly ask: 'give' }
  | { readonly kind: 'hand_over'; readonly ask: 'confirm' }

/** What the new machine is shown before it takes anything. */
export interface OfferedHome {
  /** Name of the machine. */
  readonly name: string
  readonly madeBy: string
  readonly schemaVersion: number
  readonly identities: readonly string[]
  readonly posts: number
  readonly followers: number
  readonly following: number
  /** Roughly, of tables and media. */
  readonly bytes: number
}

/** Opens what is sent, and is asked for with each later request. */
export interface Paired {
  readonly ticket: string
  /** The backup key. */
  readonly key: string
  readonly home: OfferedHome
}
