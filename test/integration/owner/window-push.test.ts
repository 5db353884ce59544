/** The owner's browser is told while the window is closed: its session stands in the place of a token, and ends it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listIdentities } from '../../../server/domain/actors/actor.ts'
import { loadPushes } from '../../../server/domain/push/load-pushes.ts'
import { loadVapidKeys } from '../../../server/domain/push/vapid-keys.ts'
import type { PlainAnswer } from '../../support/http-client.ts'
import { type OwnerHome, openSetUpHome } from '../../support/owner-home.ts'
import { PushReceiver } from '../../support/push-receiver.ts'

const PATH = '/api/v1/push/subscription'

async function ask(home: OwnerHome, method: string, body?: object): Promise<PlainAnswer> {
  return home.asPage(PATH, { method, ...(body === undefined ? {} : { body }) })
}

const form = (): object => ({
  subscription: { endpoint: 'https://push.example/browser', keys: new PushReceiver().keys, standard: true },
  data: { alerts: { mention: true } },
})

async function subscribed(): Promise<OwnerHome> {
  const home = await openSetUpHome()
  assert.equal((await ask(home, 'GET')).status, 404)
  const made = await ask(home, 'POST', form())
  assert.equal(made.status, 200, made.text())
  return home
}

const rows = async (home: OwnerHome) => home.db.selectFrom('push_subscriptions').selectAll().execute()

test('a window subscribes, subscribes again, changes and ends; there is one for each session', async () => {
  const home = await subscribed()
  assert.equal((await ask(home, 'POST', form())).status, 200)
  const [row, ...others] = await rows(home)
  assert.deepEqual([others.length, row?.token_id, row?.sealed_token], [0, null, null])
  const changed = await ask(home, 'PUT', { data: { alerts: { follow: true } } })
  assert.equal(changed.json()['alerts']?.['follow'], true)
  assert.equal((await ask(home, 'GET')).json()['endpoint'], 'https://push.example/browser')
  assert.equal((await ask(home, 'DELETE')).status, 200)
  assert.equal((await ask(home, 'GET')).status, 404)
})

test('signing out ends it', async () => {
  const home = await subscribed()
  assert.equal((await home.asPage('/api/homebird/v1/session', { method: 'DELETE' })).status, 200)
  assert.deepEqual(await rows(home), [])
})

test('a page of another site cannot subscribe with the cookie of the owner', async () => {
  const home = await openSetUpHome()
  const answer = await home.ask(PATH, {
    method: 'POST',
    headers: { cookie: home.cookie, origin: 'https://evil.example' },
    body: form(),
  })
  assert.ok(answer.status === 401 || answer.status === 403, String(answer.status))
  assert.deepEqual(await rows(home), [])
})

test('of a private mention nothing is told but that there is one, and no token goes out', async () => {
  const home = await subscribed()
  const [me] = await listIdentities(home.db)
  assert.ok(me)
  const ids: Record<string, string> = {}
  for (const visibility of ['public', 'direct'] as const) {
    const post = await home.asPage('/api/v1/statuses', {
      method: 'POST',
      body: { status: `secret of ${visibility}`, visibility },
    })
    const { id } = await home.db
      .insertInto('notifications')
      .values({ actor_id: me.id, from_actor_id: me.id, kind: 'mention', post_id: String(post.json()['id']) })
      .returning('id')
      .executeTakeFirstOrThrow()
    const [subscription] = await rows(home)
    const delivery = await home.db
      .insertInto('push_deliveries')
      .values({ subscription_id: subscription?.id ?? '', notification_id: id, host: 'push.example' })
      .returning('id')
      .executeTakeFirstOrThrow()
    ids[visibility] = delivery.id
  }
  const { sealingKey } = await loadVapidKeys(home.db, { vapidPrivateKey: null })
  const sources = { db: home.db, urls: { avatar: () => 'face' }, sealingKey }
  const pushes = await loadPushes(sources, Object.values(ids))
  const said = (visibility: string) => pushes.get(ids[visibility] ?? '')?.message
  assert.deepEqual([said('public')?.body, said('public')?.access_token], ['secret of public', ''])
  const { title, body, icon } = said('direct') ?? {}
  assert.deepEqual([title, body, icon], ['Something new in your private mentions', '', ''])
  assert.equal(said('public')?.icon, 'face')
})
