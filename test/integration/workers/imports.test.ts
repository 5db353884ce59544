/** Lists that are brought along: what each line does, what of it fails and why, and what is left when it is done twice. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ImportKind } from '../../../server/contracts/import.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { blockActor } from '../../../server/domain/blocks/block-actor.ts'
import { exportFilters } from '../../../server/domain/exports/export-filters.ts'
import {
  exportBlocks,
  exportBookmarks,
  exportDomainBlocks,
  exportLists,
  exportMutes,
} from '../../../server/domain/exports/export-lists.ts'
import {
  cancelImport,
  exportFailures,
  getImport,
  listImports,
  retryImport,
} from '../../../server/domain/imports/import-progress.ts'
import { previewImport, queueImport } from '../../../server/domain/imports/queue-import.ts'
import { counts, importsOf, textOf } from '../../support/importing.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { openPrivateClient } from '../../support/private-client.ts'

const one = await openFakePeer(undefined, { host: 'one.example' })
const two = await openFakePeer(undefined, { host: 'two.example' })
const home = await openFederationHome({ peers: [one, two] })
const { db, me, context } = home
const [ana, ben, cleo] = [one.actor('ana'), one.actor('ben'), one.actor('cleo')]
const dan = two.actor('dan')

const { orderOf, imports, followed } = importsOf(home)

async function accepts(): Promise<void> {
  await db
    .updateTable('follows')
    .set({ state: 'accepted', state_next_attempt_at: null })
    .where('source_id', '=', me.id)
    .where('state', '=', 'pending_approval')
    .execute()
}

async function clears(): Promise<void> {
  for (const table of ['follows', 'blocks', 'bookmarks', 'lists', 'domain_blocks', 'imports'] as const) {
    await db.deleteFrom(table).execute()
  }
}

test('accounts nobody here knows are looked up and followed as the file says; the failures say why', async () => {
  two.answers('/.well-known/webfinger', ({ path }) =>
    path.includes('dan')
      ? { headers: { 'content-type': 'application/jrd+json' }, body: webfingerOf(dan.handle, dan.uri) }
      : { status: 404 },
  )
  const file = [
    'Account address,Show boosts,Notify on new posts,Languages',
    `${ana.handle},false,true,"de, en"`,
    `@${dan.handle},true,false,`,
    `${ana.handle.toUpperCase()},true,true,`,
    'nobody@two.example,true,false,',
    'ben@home.example,true,false,',
    'x@gone.invalid,true,false,',
    'ghost@home.example,,,',
    'oops,true,false,',
  ].join('\r\n')
  const progress = await imports('following', file)
  assert.deepEqual(counts(progress), { state: 'working', done: 2, failed: 4, pending: 1 })
  assert.equal(progress.repeated, 1)
  assert.deepEqual(await followed(), [
    'ana pending_approval false true de en',
    'dan pending_approval true false',
  ])
  assert.ok(one.sharedInbox.types().includes('Follow') || ana.inbox.types().includes('Follow'))
  const failures = await textOf(exportFailures(db, progress.id))
  assert.deepEqual(failures.split('\n').slice(0, 5), [
    'Line,Entry,Reason,List',
    '5,nobody@two.example,nobody at two.example has this name,',
    '6,ben@home.example,you cannot follow yourself,',
    '8,ghost@home.example,nobody at home.example has this name,',
    '9,"oops,true,false,",names no server after a second @,',
  ])
  // The server that is silent is asked again later, and given up in the end.
  for (let attempt = 0; attempt < 12; attempt += 1) {
    await db
      .updateTable('import_entries')
      .set({ state_next_attempt_at: new Date() })
      .where('state', '=', 'looking_up')
      .execute()
    await home.work()
  }
  assert.deepEqual(counts(await getImport(db, progress.id)), {
    state: 'finished',
    done: 2,
    failed: 5,
    pending: 0,
  })
  assert.match(await textOf(exportFailures(db, progress.id)), /7,x@gone\.invalid,/)
})

const webfingerOf = (handle: string, uri: string): object => ({
  subject: `acct:${handle}`,
  links: [{ rel: 'self', type: 'application/activity+json', href: uri }],
})

test('the same file again changes nothing and asks nobody; what failed is tried again when I say so', async () => {
  const [last] = await listImports(db, me.id)
  const before = { followed: await followed(), asked: home.asked() }
  const again = await imports('following', `${ana.handle}\n${dan.handle}`)
  assert.deepEqual(counts(again), { state: 'finished', done: 2, failed: 0, pending: 0 })
  assert.deepEqual({ followed: await followed(), asked: home.asked() }, before)
  two.answers('/.well-known/webfinger', ({ path }) =>
    path.includes('nobody')
      ? {
          headers: { 'content-type': 'application/jrd+json' },
          body: webfingerOf(two.actor('nobody').handle, two.actor('nobody').uri),
        }
      : { status: 404 },
  )
  const retried = await retryImport(db, last?.id ?? '')
  assert.deepEqual(
    counts(retried),
    { state: 'working', done: 2, failed: 1, pending: 4 },
    'all but the line that says nothing',
  )
  await home.work()
  assert.deepEqual(counts(await getImport(db, retried.id)), {
    state: 'working',
    done: 3,
    failed: 3,
    pending: 1,
  })
  const cancelled = await cancelImport(db, retried.id, new Date())
  await home.work()
  assert.deepEqual(counts(cancelled), { state: 'cancelled', done: 3, failed: 3, pending: 1 })
  assert.deepEqual(counts(await getImport(db, retried.id)), counts(cancelled))
  const open = await db
    .selectFrom('import_entries')
    .select('id')
    .where('state', 'in', ['new', 'looking_up'])
    .execute()
  assert.deepEqual(open, [])
  await clears()
})

test('the same file twice at once is one import', async () => {
  const order = orderOf('blocks', ana.handle)
  const ids = [await queueImport(db, order), await queueImport(db, order)]
  assert.equal(ids[0], ids[1])
  await home.work()
  assert.notEqual(await queueImport(db, order), ids[0], 'once it is done it may be done again')
  await home.work()
  assert.equal(await textOf(exportBlocks(db, me.id)), `${ana.handle}\n`)
  await clears()
})

test('blocks, mutes, lists, domains and bookmarks do what they say, and come out as they went in', async () => {
  const note = ana.note({ content: 'hello' })
  const page = cleo.note({ content: 'a page' })
  one.publish(note)
  one.publish(page)
  one.answers('/@cleo/1', () => ({
    headers: { 'content-type': 'text/html' },
    body: `<html><head><link rel="alternate" type="application/activity+json" href="${page.id}"></head></html>`,
  }))
  const mine = await home.writes('mine')
  const files: ReadonlyArray<readonly [ImportKind, string, (text: string) => Promise<string>]> = [
    ['blocks', `${ben.handle}\n`, async () => textOf(exportBlocks(db, me.id))],
    [
      'mutes',
      `Account address,Hide notifications\n${cleo.handle},false\n${ana.handle},true\n`,
      async () => textOf(exportMutes(db, me.id)),
    ],
    ['domain_blocks', 'bad.example\nworse.example\n', async () => textOf(exportDomainBlocks(db))],
    ['bookmarks', `${mine.uri}\n${note.id}\n`, async () => textOf(exportBookmarks(db, me.id))],
    ['lists', `Friends,${dan.handle}\nSea,${ana.handle}\n`, async () => textOf(exportLists(db, me.id))],
  ]
  for (const [kind, text, comesOut] of files) {
    const progress = await imports(kind, text)
    assert.deepEqual([progress.state, progress.failed, progress.pending], ['finished', 0, 0], kind)
    const sorted = (lines: string): string[] => lines.split('\n').toSorted()
    assert.deepEqual(sorted(await comesOut(text)), sorted(text), kind)
  }
  assert.deepEqual(
    await followed(),
    ['ana pending_approval true false', 'dan pending_approval true false'],
    'who is on a list is followed',
  )
  const pasted = await imports('bookmarks', `${one.origin}/@cleo/1\n${one.origin}/nowhere\n${ana.uri}\n`)
  assert.deepEqual(counts(pasted), { state: 'finished', done: 1, failed: 2, pending: 0 })
  const reasons = await textOf(exportFailures(db, pasted.id))
  assert.match(reasons, /the post is not there, or not for everybody/)
  assert.match(reasons, /it is an account and no post/)
  const own = await imports('domain_blocks', 'home.example\nfurther.example\n')
  assert.match(await textOf(exportFailures(db, own.id)), /1,home\.example,is a domain of this home/)
  const blocked = await imports('following', `x@bad.example\n${ben.handle}\n`)
  assert.deepEqual((await textOf(exportFailures(db, blocked.id))).split('\n').slice(1, 3), [
    '1,x@bad.example,bad.example is blocked,',
    `2,${ben.handle},a block stands between the two,`,
  ])
  await clears()
  await context.home.refresh()
})

test('overwriting shows what it takes away, wants to be confirmed, and takes it once every line was looked at', async () => {
  await imports('following', [ana, ben, cleo].map(({ handle }) => handle).join('\n'))
  await accepts()
  const order = orderOf('following', `${ana.handle}\n${dan.handle}\nbroken`, {
    overwrites: true,
    confirmsLoss: false,
  })
  const preview = await previewImport(db, order)
  assert.deepEqual(preview, {
    entries: 2,
    repeated: 0,
    flawed: 1,
    flaws: [{ line: 3, text: 'broken', reason: 'names no server after a second @' }],
    loss: { count: 2, named: [ben.handle, cleo.handle] },
    blocks: null,
  })
  const before = (await listImports(db, null)).length
  await assert.rejects(queueImport(db, order), (error: unknown) => {
    assert.ok(isHomebirdError(error, 'CONFLICT'))
    assert.deepEqual(error.details['loss'], preview.loss)
    return true
  })
  assert.equal((await listImports(db, null)).length, before, 'nothing is kept of what was not confirmed')
  const id = await queueImport(db, { ...order, confirmsLoss: true })
  await home.work()
  const progress = await getImport(db, id)
  assert.deepEqual([progress.state, progress.removed], ['finished', 2])
  assert.deepEqual(await followed(), ['ana accepted true false', 'dan pending_approval true false'])
  await clears()
})

test('overwriting goes for every kind, and what a cancelled one would have taken stays', async () => {
  const note = ana.note({ content: 'kept' })
  one.publish(note)
  const mine = await home.writes('to be forgotten')
  await imports('blocks', `${ana.handle}\n${ben.handle}`)
  await imports('mutes', `${ana.handle}\n${cleo.handle}`)
  await imports('domain_blocks', 'bad.example\nworse.example')
  await imports('bookmarks', `${note.id}\n${mine.uri}`)
  await imports('lists', `Friends,${dan.handle}\nFriends,${cleo.handle}\nSea,${dan.handle}`)
  const stopped = await queueImport(db, orderOf('blocks', cleo.handle, { overwrites: true }))
  await cancelImport(db, stopped, new Date())
  await home.work()
  assert.equal((await textOf(exportBlocks(db, me.id))).split('\n').length, 3)
  const files: ReadonlyArray<readonly [ImportKind, string, number, AsyncIterable<string>]> = [
    ['blocks', `${ben.handle}\n`, 1, exportBlocks(db, me.id)],
    ['domain_blocks', 'bad.example\n', 1, exportDomainBlocks(db)],
    ['bookmarks', `${note.id}\n`, 1, exportBookmarks(db, me.id)],
    ['lists', `Friends,${dan.handle}\n`, 2, exportLists(db, me.id)],
  ]
  for (const [kind, text, removed, comesOut] of files) {
    const progress = await imports(kind, text, { overwrites: true })
    assert.deepEqual([progress.state, progress.removed, progress.failed], ['finished', removed, 0], kind)
    assert.equal(await textOf(comesOut), text, kind)
  }
  const muted = await imports('mutes', cleo.handle, { overwrites: true })
  assert.equal(muted.removed, 1)
  assert.match(await textOf(exportMutes(db, me.id)), /cleo.*,true\n$/)
  await clears()
  await context.home.refresh()
})

test('somebody who moved or blocks me is handled as by hand: a locked account is asked, a blocker refuses', async () => {
  const locked = two.actor('locked', { isLocked: true })
  const target = await context.dereferencer.actorByUri(locked.uri)
  const foe = await context.dereferencer.actorByUri(cleo.uri)
  assert.ok(target !== null && foe !== null)
  await inTransaction(db, async (tx) => {
    await blockActor(tx, context.home, { id: foe.id, host: me.host }, me, new Date())
  })
  const progress = await imports('following', `${locked.handle}\n${cleo.handle}`)
  assert.deepEqual(counts(progress), { state: 'finished', done: 1, failed: 1, pending: 0 })
  assert.deepEqual(await followed(), ['locked pending_approval true false'])
  await clears()
})

test('the owner looks, confirms, follows how it goes, takes the failures along and cancels; nobody else does', async () => {
  const owner = await openPrivateClient(context, 'correct horse battery')
  const api = '/api/homebird/v1/imports'
  const csv = { method: 'POST', headers: { 'content-type': 'text/csv' } }
  const body = `${ana.handle}\nbroken\n`
  const preview = await owner.ask(`${api}/preview?kind=blocks&mode=overwrite`, { ...csv, body })
  assert.equal(preview.status, 200, preview.text())
  assert.deepEqual(preview.json(), {
    entries: 1,
    repeated: 0,
    flawed: 1,
    flaws: [{ line: 2, text: 'broken', reason: 'names no server after a second @' }],
    loss: { count: 0, named: [] },
    blocks: null,
  })
  const made = await owner.ask(`${api}?kind=blocks`, { ...csv, body })
  assert.equal(made.status, 202, made.text())
  const id = String(made.json()['id'])
  await home.work()
  const progress = (await owner.ask(`${api}/${id}`)).json()
  assert.deepEqual([progress['state'], progress['done'], progress['failed']], ['finished', 1, 1])
  const failures = await owner.ask(`${api}/${id}/failures.csv`)
  assert.match(String(failures.headers['content-type']), /^text\/csv/)
  assert.equal(failures.text(), 'Line,Entry,Reason,List\n2,broken,names no server after a second @,\n')
  const unconfirmed = await owner.ask(`${api}?kind=blocks&mode=overwrite`, { ...csv, body: dan.handle })
  assert.equal(unconfirmed.status, 409)
  assert.deepEqual(unconfirmed.json()['loss'], { count: 1, named: [ana.handle] })
  const confirmed = `${api}?kind=blocks&mode=overwrite&confirm=true`
  const started = await owner.ask(confirmed, { ...csv, body: dan.handle })
  assert.equal(started.status, 202, started.text())
  const other = `${api}/${String(started.json()['id'])}`
  assert.equal((await owner.ask(`${other}/cancel`, { method: 'POST' })).json()['state'], 'cancelled')
  assert.equal((await owner.ask(`${other}/retry`, { method: 'POST' })).json()['state'], 'cancelled')
  const filters = JSON.stringify({
    custom_filters: [{ title: 'x', context: ['home'], keywords_attributes: [{ keyword: 'y' }] }],
  })
  const json = { ...csv, headers: { 'content-type': 'application/json' }, body: filters }
  assert.equal((await owner.ask(`${api}?kind=custom_filters`, json)).status, 202)
  const list = (await owner.ask(api)).json()['imports']
  assert.deepEqual([...(list ?? [])].map((listed) => String(listed['kind'])).slice(0, 3), [
    'filters',
    'blocks',
    'blocks',
  ])
  const refusals: ReadonlyArray<readonly [path: string, body: string | Buffer, status: number]> = [
    [`${api}?kind=posts`, 'x', 422],
    [`${api}?kind=blocks`, '', 422],
    [`${api}?kind=blocks&mode=replace`, ana.handle, 422],
    [`${api}?kind=blocks&identity=1`, ana.handle, 404],
    [api, ana.handle, 422],
    [`${api}?kind=blocks`, Buffer.alloc(8 * 1_048_576 + 1, 'x'), 413],
  ]
  for (const [path, sent, status] of refusals) {
    assert.equal((await owner.ask(path, { ...csv, body: sent })).status, status, path)
  }
  for (const [method, path] of [
    ['GET', api],
    ['POST', `${api}?kind=blocks`],
    ['GET', `${api}/${id}`],
    ['GET', `${api}/${id}/failures.csv`],
    ['POST', `${api}/${id}/cancel`],
  ] as const) {
    const answer = await owner.askAsStranger(path, method === 'POST' ? { ...csv, body: ana.handle } : {})
    assert.ok([401, 403].includes(answer.status), `${method} ${path}: ${answer.status}`)
  }
  assert.equal((await owner.ask(`${api}/1`)).status, 404)
  await home.work()
  await db.deleteFrom('filters').execute()
  await clears()
})

test('filters are made, those of the same title are added to, and what is beyond the limits says so', async () => {
  const note = ana.note({ content: 'filtered' })
  one.publish(note)
  await context.dereferencer.postByUri(note.id)
  const filter = (title: string, words: readonly string[], more: object = {}) => ({
    title,
    context: ['home'],
    action: 'hide',
    keywords_attributes: words.map((keyword) => ({ keyword, whole_word: true })),
    ...more,
  })
  const file = (filters: readonly object[]): string => JSON.stringify({ custom_filters: filters })
  await imports('filters', file([filter('Sea', ['fish'], { statuses: [note.id] }), filter('Gone', ['x'])]))
  const again = await imports(
    'filters',
    file([filter('sea', ['Fish', 'salt'], { statuses: [note.id, 'https://one.example/unknown'] })]),
    {
      overwrites: true,
    },
  )
  assert.deepEqual([again.state, again.done, again.failed, again.removed], ['finished', 1, 0, 1])
  const { custom_filters: kept } = JSON.parse(await exportFilters(db, me.id)) as {
    custom_filters: Array<{
      title: string
      keywords_attributes: Array<{ keyword: string }>
      statuses: string[]
    }>
  }
  assert.deepEqual(
    kept.map(({ title, keywords_attributes: words, statuses }) => [
      title,
      words.map(({ keyword }) => keyword),
      statuses,
    ]),
    [['sea', ['fish', 'salt'], [note.id]]],
  )
  const many = await imports(
    'filters',
    file(Array.from({ length: 202 }, (_, n) => filter(`f${n}`, [`w${n}`]))),
  )
  assert.deepEqual([many.done, many.failed], [199, 3])
  assert.match(await textOf(exportFailures(db, many.id)), /there may be at most 200 filters/)
  await db.deleteFrom('filters').execute()
  await clears()
})
