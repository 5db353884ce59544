import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTransaction } from '../../../server/db/transaction.ts'
import { listHeldEntries } from '../../../server/domain/blocks/apply-block-lists.ts'
import {
  listSubscriptions,
  refreshList,
  subscribe,
  unsubscribe,
} from '../../../server/domain/blocks/block-lists.ts'
import {
  allowDomain,
  blockDomain,
  disallowDomain,
  unblockDomain,
} from '../../../server/domain/blocks/domain-blocks.ts'
import { previewBlocks } from '../../../server/domain/blocks/preview-blocks.ts'
import { readBlockList } from '../../../server/domain/blocks/read-block-list.ts'
import { type ScriptedAnswer, openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'

const lists = await openFakePeer(undefined, { host: 'lists.example' })
const liked = await openFakePeer(undefined, { host: 'liked.example' })
const home = await openFederationHome({ peers: [lists, liked] })
const { db, fetch } = home.context

const serves = (path: string, body: string): void =>
  lists.answers(path, () => ({ headers: { 'content-type': 'text/csv' }, body }))
const url = (path: string): string => `https://lists.example${path}`
const names = (count: number): string =>
  Array.from({ length: count }, (_, n) => `host${n}.test.example`).join('\n')
const word = (domain: string) => ({ domain, comment: '', now: new Date() })

async function subscribes(path: string): Promise<string> {
  const id = await inTransaction(db, async (tx) => subscribe(tx, url(path), path))
  await home.work()
  return id
}

async function reads(id: string, mayShrink = false): Promise<void> {
  await inTransaction(db, async (tx) => refreshList(tx, id, mayShrink))
  await home.work()
}

async function blocked(): Promise<string[]> {
  const rows = await db.selectFrom('domain_blocks').select(['domain', 'is_own']).orderBy('domain').execute()
  return rows.map(({ domain, is_own: isOwn }) => (isOwn ? `${domain} (own)` : domain))
}

async function forgetAll(): Promise<void> {
  for (const { id } of await listSubscriptions(db)) await inTransaction(db, async (tx) => unsubscribe(tx, id))
  await db.deleteFrom('domain_blocks').execute()
  await db.deleteFrom('domain_allows').execute()
}

test('what lists bring goes with the last of them, and the owner’s own words stay', async () => {
  serves('/a.csv', 'domain,severity\nbad.example,suspend\nboth.example,suspend\nmine.example,suspend')
  serves('/b.txt', 'both.example\nonly-b.example\nquiet.example')
  await inTransaction(db, async (tx) => blockDomain(tx, word('mine.example')))
  const a = await subscribes('/a.csv')
  const b = await subscribes('/b.txt')
  assert.deepEqual(await blocked(), [
    'bad.example',
    'both.example',
    'mine.example (own)',
    'only-b.example',
    'quiet.example',
  ])
  await inTransaction(db, async (tx) => unsubscribe(tx, a))
  assert.deepEqual(await blocked(), ['both.example', 'mine.example (own)', 'only-b.example', 'quiet.example'])
  await inTransaction(db, async (tx) => unblockDomain(tx, word('quiet.example')))
  await reads(b)
  assert.deepEqual(
    await blocked(),
    ['both.example', 'mine.example (own)', 'only-b.example'],
    'it stays unblocked',
  )
  await inTransaction(db, async (tx) => disallowDomain(tx, 'quiet.example'))
  assert.ok((await blocked()).includes('quiet.example'))
  await inTransaction(db, async (tx) => unsubscribe(tx, b))
  assert.deepEqual(await blocked(), ['mine.example (own)'])
  await forgetAll()
})

test('a domain of somebody who is followed waits for my word, the home itself is never blocked', async () => {
  await home.follows(liked.actor('ana'))
  serves('/c.txt', 'liked.example\nhome.example\nother.example')
  const id = await subscribes('/c.txt')
  assert.deepEqual(await blocked(), ['other.example'])
  assert.deepEqual(await listHeldEntries(db, 10), [{ domain: 'liked.example', comment: '', follows: 1 }])
  const [list] = await listSubscriptions(db)
  assert.deepEqual([list?.entries, list?.blocked, list?.passed_over], [2, 1, { own: 1 }])
  const loss = await previewBlocks(db, ['liked.example', 'other.example'])
  assert.deepEqual([loss.people, loss.follows, loss.followed], [1, 1, ['@ana@liked.example']])
  await inTransaction(db, async (tx) => allowDomain(tx, word('liked.example')))
  assert.deepEqual(await listHeldEntries(db, 10), [])
  await reads(id)
  assert.deepEqual(await blocked(), ['other.example'])
  const ended = await inTransaction(db, async (tx) => blockDomain(tx, word('liked.example')))
  assert.deepEqual(ended, { follows: 1, followers: 0 })
  assert.deepEqual(await blocked(), ['liked.example (own)', 'other.example'])
  await forgetAll()
})

test('a list that fails, empties or shrinks keeps what it had, until I allow it', async () => {
  serves('/d.txt', names(40))
  const id = await subscribes('/d.txt')
  assert.equal((await blocked()).length, 40)
  const bad: ReadonlyArray<readonly [ScriptedAnswer, RegExp]> = [
    [{ status: 500 }, /answered 500/],
    [{ status: 404 }, /answered 404/],
    ['reset', /lists\.example/],
    [{ body: '' }, /empty/],
    [{ body: '<html>captcha</html>' }, /web page/],
    [{ body: Buffer.from([0xff, 0xfe, 0x00, 0x80]) }, /no text/],
    [{ body: 'just words\nand more words' }, /names no domain/],
    [{ body: names(19) }, /shrunk from 40 to 19/],
  ]
  for (const [answer, problem] of bad) {
    lists.answers('/d.txt', () => answer)
    await reads(id)
    const [list] = await listSubscriptions(db)
    assert.match(list?.problem ?? '', problem)
    assert.equal((await blocked()).length, 40)
  }
  await reads(id, true)
  assert.equal((await blocked()).length, 19)
  serves('/d.txt', names(30))
  await reads(id)
  const [list] = await listSubscriptions(db)
  assert.deepEqual([list?.problem, list?.entries, list?.state], [null, 30, 'fresh'])
  assert.equal((await blocked()).length, 30)
  await forgetAll()
})

test('a list is read again a day later', async () => {
  serves('/e.txt', 'one.example')
  await subscribes('/e.txt')
  const [list] = await listSubscriptions(db)
  const hours = ((list?.state_next_attempt_at?.getTime() ?? 0) - Date.now()) / 3_600_000
  assert.ok(hours > 23 && hours <= 24.1, String(hours))
  serves('/e.txt', 'one.example\ntwo.example')
  await db.updateTable('block_list_subscriptions').set({ state_next_attempt_at: new Date() }).execute()
  await home.work()
  assert.deepEqual(await blocked(), ['one.example', 'two.example'])
  await forgetAll()
})

test('a list without end, a slow one and a compressed bomb cost little and bring nothing', async () => {
  const line = Buffer.from(
    'bad.example # and so on for a gigabyte, without ever coming to an end\n'.repeat(500),
  )
  let sent = 0
  lists.answers('/endless', () => ({
    write(response) {
      const more = (): void => {
        while (!response.destroyed && response.write(line)) sent += line.length
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    },
  }))
  lists.answers('/declared', () => ({
    headers: { 'content-length': String(2 ** 30) },
    write: () => undefined,
  }))
  lists.answers('/silent', () => 'hang')
  for (const path of ['/endless', '/declared', '/silent']) {
    const reading = await readBlockList(fetch, url(path))
    assert.equal(reading.ok, false, path)
  }
  assert.ok(sent < 64 * 1_048_576, `${sent} bytes were taken`)
  assert.deepEqual(await blocked(), [])
})

test('a hundred thousand domains are taken over at once', async () => {
  serves('/huge.txt', names(100_000))
  const id = await subscribes('/huge.txt')
  const [list] = await listSubscriptions(db)
  assert.deepEqual([list?.entries, list?.blocked, list?.problem], [100_000, 100_000, null])
  await home.context.home.refresh()
  assert.equal(home.context.home.isBlockedDomain('deep.host99999.test.example'), true)
  await inTransaction(db, async (tx) => unsubscribe(tx, id))
  assert.deepEqual(await blocked(), [])
})
