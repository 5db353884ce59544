/** How the owner signs in, and who is signed in: what the window and the private listener say to each other about it. */

/** Moments are ISO 8601 in UTC. */
export interface SignInFacts {
  /** Since when sign-in asks for the code of an authenticator; null where the password alone is enough. */
  readonly codesSince: string | null
  readonly recoveryCodesLeft: number
  readonly passkeys: readonly PasskeyFacts[]
  /** Until when changes may be made without a new proof; null: not now. */
  readonly provedUntil: string | null
  /** Host for which this page could make a passkey; null where it is reached by a number. */
  readonly passkeyHost: string | null
  /** Hosts where apps are let in: there a passkey is made by a link. */
  readonly publicHosts: readonly string[]
}

export interface PasskeyFacts {
  readonly id: string
  readonly name: string
  /** The only host where it signs in. */
  readonly host: string
  readonly isSynced: boolean
  readonly createdAt: string
  readonly lastUsedAt: string | null
}

/** A secret on its way into an authenticator: told once. */
export interface NewAuthenticator {
  /** Base32. */
  readonly secret: string
  /** `otpauth://…` */
  readonly address: string
  /** An SVG document. */
  readonly picture: string
}

export interface RecoveryCodes {
  readonly codes: readonly string[]
}

export interface NewPasskeyLink {
  readonly address: string
  readonly picture: string
  readonly expiresAt: string
}

/** A browser in which the window is signed in. */
export interface BrowserSession {
  readonly id: string
  /** As it names itself. */
  readonly userAgent: string
  readonly createdAt: string
  readonly lastUsedAt: string
  readonly isThisOne: boolean
}

/** An app that may read or write as an identity. */
export interface AppFacts {
  readonly appId: string
  readonly identityId: string
  readonly name: string
  readonly website: string | null
  /** A token that the owner made by hand. */
  readonly isPersonal: boolean
  /** `@ana@home.example` */
  readonly handle: string
  /** What it may do, by name; the window has the words. */
  readonly may: readonly AppMay[]
  /** How often it was let in. */
  readonly times: number
  readonly createdAt: string
  readonly lastUsedAt: string | null
}

/** A token made by hand, told once; and all apps as they are after. */
export interface NewPersonalToken {
  readonly token: string
  readonly apps: readonly AppFacts[]
}

/** What scopes come to, for a person. */
export type AppMay =
  | 'know_you'
  | 'read'
  | 'read_notifications'
  | 'read_relations'
  | 'write'
  | 'mark'
  | 'edit_profile'
  | 'follow'
  | 'block'
  | 'clear_notifications'
  | 'report'
  | 'push'
