/** The order to take another server over. */

/** How the old server is reached: its database, its files, and whose identities are meant. */
export interface AdoptionSource {
  /** `postgresql://user:password@host/database`. */
  readonly database: string
  /** A folder of this machine, or `s3://key:secret@host/bucket`; null while its files are not at hand. */
  readonly media: string | null
  /** The address that the person signs in with there, where several live. */
  readonly user: string | null
  /** The host of the server's own actor, where it is not the host of the first domain. */
  readonly mainHost: string | null
}

/** What an order to take a server over says; the password is that of the owner to be, hashed. */
export interface AdoptionOrder extends AdoptionSource {
  readonly task: 'adopt'
  readonly passwordHash: string
}
