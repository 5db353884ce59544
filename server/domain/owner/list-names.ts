/** The names of the home as its owner sees them: domains, and the identities on them. */
import type { Database } from '../../db/pool.ts'

export interface HomeNames {
  readonly domains: readonly {
    readonly domain: string
    readonly serviceHost: string
    readonly isPrimary: boolean
  }[]
  readonly identities: readonly {
    readonly username: string
    readonly domain: string
    readonly displayName: string
    readonly uri: string
  }[]
}

/** Domains with the first one first, identities in the order they were made. */
export async function listHomeNames(db: Database): Promise<HomeNames> {
  const [domains, identities] = await Promise.all([
    db
      .selectFrom('domains')
      .select(['domain', 'service_host as serviceHost', 'is_primary as isPrimary'])
      .orderBy('is_primary', 'desc')
      .orderBy('id')
      .execute(),
    db
      .selectFrom('actors')
      .select(['username', 'handle_domain as domain', 'display_name as displayName', 'uri'])
      .where('domain_id', 'is not', null)
      .where('is_instance_actor', '=', false)
      .where('gone_at', 'is', null)
      .orderBy('id')
      .execute(),
  ])
  return { domains, identities }
}
