/** Apps and the access they have, so that telephones go on without signing in again. Only hashes of their secrets are kept. */
import { sql } from 'kysely'
import { hashSecret } from '../oauth/secrets.ts'
import { parseScopes } from '../oauth/scopes.ts'
import { type AdoptionStep, type Tally, addTo, countOf } from './step.ts'

interface TokenRow {
  readonly id: string
  readonly token: string
  readonly scopes: unknown
  readonly created: Date
  readonly actor_uri: string
  readonly client_id: string
  readonly client_secret: string
  readonly name: string
  readonly website: string | null
  readonly redirect_uris: string
}

const LIVING = `api_token t where t.identity_id = any ($1::bigint[])`

export const takeApps: AdoptionStep<TokenRow> = {
  name: 'apps',
  batch: 100,
  count: async ({ source, plan }) =>
    source.has('api_token') ? countOf(source, LIVING, [plan.identities.map(({ id }) => id)]) : 0,
  async read({ source, plan }, after, limit) {
    if (!source.has('api_token') || !source.has('api_application')) return []
    return source.read<TokenRow>(
      `select t.id, t.token, t.scopes, a.actor_uri, o.client_id, o.client_secret, o.name, o.website, o.redirect_uris,
              ${source.field('api_token', 't', 'created', 'now()')} as created
         from api_token t join users_identity a on a.id = t.identity_id join api_application o on o.id = t.application_id
        where t.identity_id = any ($1::bigint[]) and t.id > $2
          and (${source.field('api_token', 't', 'revoked')}) is null
        order by t.id limit $3`,
      [plan.identities.map(({ id }) => id), after === '' ? '-1' : after, limit],
    )
  },
  keyOf: ({ id }) => id,
  async take(tx, _world, rows) {
    const taken: Tally = {}
    const leftOut: Tally = {}
    for (const row of rows) {
      const scopes = parseScopes(Array.isArray(row.scopes) ? row.scopes.join(' ') : '')
      const isUsable = row.token.length >= 20 && row.token.length <= 200
      if (scopes === null || !isUsable) {
        addTo(leftOut, 'access_without_meaning')
        continue
      }
      await sql`
        insert into oauth_apps (client_id, client_secret_hash, name, website, redirect_uris, scopes, created_at)
        values (${row.client_id}, ${hashSecret(row.client_secret)}, ${row.name}, ${row.website || null},
                ${row.redirect_uris.split(/\s+/).filter((uri) => uri !== '')}::text[], ${scopes}::text[], ${row.created})
            on conflict (client_id) do update
               set scopes = array(select distinct unnest(oauth_apps.scopes || excluded.scopes))`.execute(tx)
      const { numAffectedRows = 0n } = await sql`
        insert into oauth_tokens (token_hash, app_id, actor_id, scopes, created_at)
        select ${hashSecret(row.token)}, oauth_apps.id, actors.id, ${scopes}::text[], ${row.created}
          from oauth_apps, actors
         where oauth_apps.client_id = ${row.client_id} and actors.uri = ${row.actor_uri} and actors.gone_at is null
            on conflict do nothing`.execute(tx)
      addTo(taken, 'app_access', Number(numAffectedRows))
    }
    return { taken, leftOut }
  },
}
