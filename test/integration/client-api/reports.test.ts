import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Notification } from '../../../server/contracts/notification.ts'
import type { Report } from '../../../server/contracts/report.ts'
import type { Status } from '../../../server/contracts/status.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { createNotifications } from '../../../server/domain/notifications/create-notifications.ts'
import { publishToStreams } from '../../../server/domain/timelines/stream-notices.ts'
import { openApiHome } from '../../support/api-home.ts'
import { EventReader } from '../../support/event-reader.ts'

test('an app files a complaint about somebody and the posts of theirs that it sees', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const eve = await home.others.actor('eve')
  const post = await home.others.post(eve)
  const hidden = await home.others.post(eve, { visibility: 'followers' })
  const other = await home.others.post(await home.others.actor('bob'))
  const report = await app.post<Report>('/api/v1/reports', {
    account_id: eve.id,
    status_ids: [post.id, hidden.id, other.id, 'x'],
    comment: ' rude ',
    forward: true,
    category: 'violation',
    rule_ids: ['1'],
  })
  assert.deepEqual(report.status_ids, [post.id])
  assert.deepEqual(
    [report.comment, report.category, report.forwarded, report.rule_ids, report.target_account?.id],
    ['rude', 'violation', true, ['1'], eve.id],
  )
  const row = await home.db.selectFrom('reports').selectAll().executeTakeFirstOrThrow()
  assert.deepEqual([row.state, row.post_uris, row.reporter_id], ['new', [post.uri], home.ana.id])
  const named = await app.post<Report>('/api/v1/reports', { account_id: eve.id, rule_ids: ['2'] })
  assert.equal(named.category, 'violation', 'whoever names rules says that they were broken')
})

test('no complaint without scope, about oneself, about nobody, or in a category that is none', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const ask = async (client: typeof app, body: object): Promise<number> =>
    (await client.ask('/api/v1/reports', { method: 'POST', body })).status
  const eve = await home.others.actor('eve')
  assert.equal(await ask(await home.app(['read', 'write:statuses']), { account_id: eve.id }), 403)
  assert.equal(await ask(home.stranger(), { account_id: eve.id }), 401)
  assert.equal(await ask(app, { account_id: home.ana.id }), 422)
  assert.equal(await ask(app, { account_id: '12' }), 404)
  assert.equal(await ask(app, {}), 422)
  assert.equal(await ask(app, { account_id: eve.id, category: 'revenge' }), 422)
  assert.equal(await ask(app, { account_id: eve.id, comment: 'x'.repeat(1_001) }), 422)
  assert.deepEqual(await home.db.selectFrom('reports').select('id').execute(), [])
})

test('what others complain of is no business of apps: neither pages, nor counts, nor streams show it', async (t) => {
  const home = await openApiHome()
  const app = await home.app()
  const server = await home.others.actor('server')
  const reader = new EventReader(await app.open('/api/v1/streaming/user'))
  t.after(() => reader.close())
  const tell = async (kind: 'admin.report' | 'follow'): Promise<string> =>
    inTransaction(home.db, async (tx) => {
      const draft = { actorId: home.ana.id, kind, fromActorId: server.id, postId: null }
      const [created] = await createNotifications(tx, [draft])
      await publishToStreams(tx, [{ actorId: home.ana.id, event: 'notification', id: created?.id ?? '' }])
      return created?.id ?? ''
    })
  const complaint = await tell('admin.report')
  const follow = await tell('follow')
  assert.deepEqual(
    (await app.get<Notification[]>('/api/v1/notifications')).map(({ id }) => id),
    [follow],
  )
  assert.deepEqual(await app.get<Notification[]>('/api/v1/notifications?types[]=admin.report'), [])
  assert.deepEqual(await app.get('/api/v1/notifications/unread_count'), { count: 1 })
  assert.equal((await app.ask(`/api/v1/notifications/${complaint}`)).status, 404)
  const first = await reader.next()
  assert.equal((JSON.parse(first.data) as Status).id, follow)
})
