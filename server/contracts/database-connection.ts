/** How to reach PostgreSQL; everything a pool needs and nothing else. */
export interface DatabaseConnection {
  /** A folder that holds the socket, or a host name. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** `sslmode` as written in the URL of an external database. */
  readonly ssl: 'disable' | 'prefer' | 'require' | 'verify-full'
}
