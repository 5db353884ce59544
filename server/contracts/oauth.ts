/** Apps and tokens of the client API. */
export interface Application {
  readonly id: string
  readonly name: string
  readonly website: string | null
  readonly scopes: readonly string[]
  readonly redirect_uris: readonly string[]
  /** All of them, one a line, for older apps. */
  readonly redirect_uri: string
  readonly vapid_key: string
}

/** The answer to a registration: the only time that the secret is shown. */
export interface CredentialApplication extends Application {
  readonly client_id: string
  readonly client_secret: string
  /** 0: never. */
  readonly client_secret_expires_at: number
}

export interface Token {
  readonly access_token: string
  readonly token_type: 'Bearer'
  /** Separated by spaces. */
  readonly scope: string
  /** Seconds since 1970. */
  readonly created_at: number
}

/** An access that an identity gave to an app; never the token itself. */
export interface TokenInfo {
  readonly id: string
  readonly created_at: string
  /** Known to ten minutes; null while it was never used. */
  readonly last_used: string | null
  /** Separated by spaces. */
  readonly scope: string
  readonly application: { readonly name: string; readonly website?: string }
}

/** Claims about the identity of a token. @see OpenID Connect Core 5.3 */
export interface UserInfo {
  readonly iss: string
  readonly sub: string
  readonly name: string
  readonly preferred_username: string
  readonly profile: string
  readonly picture: string
}
