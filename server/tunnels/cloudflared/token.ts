/** The token of a tunnel at Cloudflare: base64 of its account, its number and its secret. */

export interface CloudflaredToken {
  /** Of the tunnel; names at Cloudflare point to it. */
  readonly tunnelId: string
  /** Never shown, as the token itself. */
  readonly secret: string
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Null for what is no such token, such as the whole command that the dashboard shows. */
export function readToken(raw: string): CloudflaredToken | null {
  if (!/^[A-Za-z0-9+/_-]{40,4000}={0,2}$/.test(raw)) return null
  try {
    const parsed = JSON.parse(Buffer.from(raw, 'base64').toString('utf8')) as Readonly<
      Record<string, unknown>
    > | null
    const { a: account, t: tunnelId, s: secret } = parsed ?? {}
    if (typeof account !== 'string' || typeof tunnelId !== 'string' || typeof secret !== 'string') return null
    return account !== '' && secret !== '' && UUID.test(tunnelId) ? { tunnelId, secret } : null
  } catch {
    return null
  }
}
