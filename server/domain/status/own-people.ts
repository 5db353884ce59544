/** By which names the owner and this home are known: what is taken out of what others get to see. */
import { homedir } from 'node:os'
import type { KnownPeople } from '../../core/without-people.ts'
import type { Querier } from '../../db/pool.ts'

export async function readOwnPeople(db: Querier): Promise<KnownPeople> {
  const [identities, domains] = await Promise.all([
    db
      .selectFrom('actors')
      .select(['username', 'display_name'])
      .where('is_local', '=', true)
      .where('is_instance_actor', '=', false)
      .execute(),
    db.selectFrom('domains').select(['domain', 'service_host']).execute(),
  ])
  return {
    names: identities.flatMap(({ username, display_name: name }) => [username, name ?? '']),
    hosts: domains.flatMap(({ domain, service_host: host }) => [domain, host]),
    homeFolder: homedir(),
  }
}
