import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Account } from '../../../server/contracts/account.ts'
import type { Status } from '../../../server/contracts/status.ts'
import { openApiHome } from '../../support/api-home.ts'

const home = await openApiHome()

test('a profile that the owner looks at is read at its origin; a stranger makes this home ask nobody', async () => {
  const bea = await home.others.actor('bea')
  const paths = [
    `/api/v1/accounts/${bea.id}`,
    `/api/v1/accounts/${bea.id}/statuses`,
    `/api/v1/accounts/${bea.id}/followers`,
  ]
  const noted = async (): Promise<number[]> =>
    Promise.all(
      (['profile_readings', 'outbox_sweeps', 'origin_lists'] as const).map(
        async (table) => (await home.db.selectFrom(table).select('id').execute()).length,
      ),
    )
  for (const path of paths) await home.stranger().get(path)
  assert.deepEqual(await noted(), [0, 0, 0])
  const app = await home.app()
  for (const path of paths) await app.get(path)
  assert.deepEqual(await noted(), [1, 1, 1])
  const before = home.statementCount()
  await app.get(`/api/v1/accounts/${bea.id}/statuses`)
  assert.ok(home.statementCount() - before <= 8, `${home.statementCount() - before} statements`)
  await app.get(`/api/v1/accounts/${home.ana.id}/statuses`)
  assert.deepEqual(await noted(), [1, 1, 1])
})

test('a profile whose document was read more than a day ago is read again when the owner looks at it', async () => {
  const app = await home.app()
  const stateAfter = async (hours: number, look: (path: string) => Promise<unknown>): Promise<string> => {
    const { id } = await home.others.actor(`seen-${hours}`)
    const fetched_at = new Date(Date.now() - hours * 3_600_000)
    await home.db.updateTable('actors').set({ fetched_at }).where('id', '=', id).execute()
    await look(`/api/v1/accounts/${id}`)
    const row = await home.db
      .selectFrom('actors')
      .select('state')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    return row.state
  }
  assert.equal(await stateAfter(25, async (path) => app.get(path)), 'outdated')
  assert.equal(await stateAfter(23, async (path) => app.get(path)), 'updated')
  assert.equal(await stateAfter(26, async (path) => home.stranger().get(path)), 'updated')
})

test('whoever comes to the end of what is here has more of it read', async () => {
  const cleo = await home.others.actor('cleo')
  const app = await home.app()
  for (let n = 0; n < 3; n += 1) await home.others.post(cleo)
  const path = `/api/v1/accounts/${cleo.id}/statuses?limit=2`
  const first = await app.get<Status[]>(path)
  const sweep = home.db.selectFrom('outbox_sweeps').selectAll().where('actor_id', '=', cleo.id)
  await home.db
    .updateTable('outbox_sweeps')
    .set({ state: 'rested', state_next_attempt_at: null })
    .where('actor_id', '=', cleo.id)
    .execute()
  await app.get(path)
  assert.equal((await sweep.executeTakeFirstOrThrow()).state, 'rested')
  await app.get(`${path}&max_id=${first.at(-1)?.id}`)
  assert.equal((await sweep.executeTakeFirstOrThrow()).state, 'reading')
})

test('the list of the origin is shown page by page, and numbers are those of the origin', async () => {
  const dora = await home.others.actor('dora')
  const fans = await Promise.all([1, 2, 3].map(async (n) => home.others.actor(`fan${n}`)))
  const list = await home.db
    .insertInto('origin_lists')
    .values({ actor_id: dora.id, side: 'followers', host: dora.host, state: 'complete', entries: 4 })
    .returning('id')
    .executeTakeFirstOrThrow()
  const entries = [...fans, null].map((fan, n) => ({
    list_id: list.id,
    place: 200 - n,
    uri: fan?.uri ?? 'https://peer.example/users/unknown',
    actor_id: fan?.id ?? null,
  }))
  await home.db.insertInto('origin_list_entries').values(entries).execute()
  await home.db
    .updateTable('actors')
    .set({ followers_count: 12_345, following_count: 7, posts_count: 2, origin_posts_count: 99 })
    .where('id', '=', dora.id)
    .execute()
  const app = await home.app()
  const answer = await app.ask(`/api/v1/accounts/${dora.id}/followers?limit=2`)
  const names = (accounts: readonly Account[]): string[] => accounts.map(({ username }) => username)
  assert.deepEqual(names(answer.json() as unknown as Account[]), ['fan1', 'fan2'])
  const next = /<https:\/\/home\.example([^>]+)>; rel="next"/.exec(String(answer.headers['link']))?.[1] ?? ''
  assert.deepEqual(names(await app.get<Account[]>(next)), ['fan3'])
  const account = await app.get<Account>(`/api/v1/accounts/${dora.id}`)
  assert.deepEqual(
    [account.followers_count, account.following_count, account.statuses_count],
    [12_345, 7, 99],
  )
  // A stranger sees what this home knows of its own.
  assert.deepEqual(await home.stranger().get(`/api/v1/accounts/${dora.id}/followers`), [])
})
