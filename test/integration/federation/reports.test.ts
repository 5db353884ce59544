import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Notification } from '../../../server/contracts/notification.ts'
import { addIdentity } from '../../../server/domain/owner/identities.ts'
import { systemClock } from '../../../server/core/clock.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { fileReport } from '../../../server/domain/reports/file-report.ts'
import { listReports } from '../../../server/domain/reports/list-reports.ts'
import { listNotifications } from '../../../server/domain/notifications/list-notifications.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'

const peer = await openFakePeer()
const home = await openFederationHome({ peers: [peer] })
const { db } = home.context
const moderators = peer.actor('instance.actor', { type: 'Application' })

const theirs = async () => listReports(db, { isOurs: false, withResolved: false }, null, 100)
const kind: Notification['type'] = 'admin.report'

test('a complaint by another server about me and my posts is kept as plain text, and I am told', async () => {
  const post = await home.writes('scandalous')
  const flag = moderators.activity('Flag', {
    object: [home.me.uri, post.uri, 'https://elsewhere.example/posts/1'],
    content: 'looks\u0000 like <b>spam</b>\r\nreally',
  })
  await home.takes(moderators, flag, flag)
  const [report, ...others] = await theirs()
  assert.deepEqual(others, [])
  assert.equal(report?.comment, 'looks like <b>spam</b>\nreally')
  assert.deepEqual(report.post_uris, [post.uri])
  assert.equal(report.reporter, `@instance.actor@${peer.host}`)
  assert.equal(report.target_id, home.me.id)
  assert.equal(report.state, 'received')
  const told = await listNotifications(
    db,
    home.me.id,
    { types: [kind], excludedTypes: [], fromActorId: null, withFiltered: false },
    { maxId: null, sinceId: null, minId: null, limit: 10 },
  )
  assert.deepEqual(
    told.items.map((one) => [one.kind, one.report_id]),
    [[kind, report.id]],
  )
})

test('a complaint by a person, about posts alone or without an id, counts too; about others it is nothing', async () => {
  const post = await home.writes('once more')
  const ana = peer.actor('ana')
  const { id: _, ...nameless } = ana.activity('Flag', { object: post.uri, content: 'x'.repeat(20_000) })
  await home.takes(ana, nameless, nameless)
  const [latest] = await theirs()
  assert.equal(latest?.target_id, home.me.id)
  assert.equal(latest.comment.length, 5_000)
  const elsewhere = ana.activity('Flag', { object: ['https://elsewhere.example/users/x'] })
  const nobody = ana.activity('Flag', { object: `${home.me.uri}/posts/none` })
  await home.takes(ana, elsewhere, nobody)
  for (const activity of [elsewhere, nobody]) assert.equal((await home.message(activity)).state, 'dropped')
  assert.equal((await theirs()).length, 2)
})

test('a server that complains without end fills nothing', async () => {
  const flags = Array.from({ length: 60 }, () => moderators.activity('Flag', { object: home.me.uri }))
  await home.takes(moderators, ...flags)
  assert.equal((await theirs()).length, 50)
})

test('my complaint reaches their server signed by the home, and does not say which identity complains', async () => {
  const eve = peer.actor('eve')
  const target = await home.context.dereferencer.actorByUri(eve.uri)
  assert.ok(target)
  const persona = await addIdentity(db, { username: 'mask', displayName: 'Mask', domain: null }, systemClock)
  const file = async (isForwarded: boolean) =>
    inTransaction(db, async (tx) =>
      fileReport(
        tx,
        home.context.home,
        persona,
        target,
        { comment: 'spam', category: 'spam', ruleIds: [], postUris: [`${eve.uri}/posts/1`], isForwarded },
        new Date(),
      ),
    )
  const kept = await file(false)
  const forwarded = await file(true)
  await home.work()
  assert.deepEqual(peer.sharedInbox.types(), ['Flag'])
  const { activity, signature } = await peer.sharedInbox.waitFor((one) => one.type === 'Flag')
  assert.deepEqual(activity['object'], [eve.uri, `${eve.uri}/posts/1`])
  assert.equal(activity['actor'], 'https://home.example/ap/instance')
  assert.equal(activity['content'], 'spam')
  assert.equal(signature.valid, true)
  const text = JSON.stringify(activity)
  for (const secret of ['mask', 'ben', persona.id, home.me.id]) assert.ok(!text.includes(secret), secret)
  const states = await db
    .selectFrom('reports')
    .select(['id', 'state'])
    .where('is_ours', '=', true)
    .orderBy('id')
    .execute()
  assert.deepEqual(states, [
    { id: kept.id, state: 'sent' },
    { id: forwarded.id, state: 'sent' },
  ])
})
