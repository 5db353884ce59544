/** What leaves one home as files comes into an empty one as it was; and a great list is worked off in few statements. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { sql } from 'kysely'
import type { ImportKind } from '../../../server/contracts/import.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { blockActor } from '../../../server/domain/blocks/block-actor.ts'
import { exportFilters } from '../../../server/domain/exports/export-filters.ts'
import {
  exportBlocks,
  exportBookmarks,
  exportDomainBlocks,
  exportFollowing,
  exportLists,
  exportMutes,
} from '../../../server/domain/exports/export-lists.ts'
import { getImport } from '../../../server/domain/imports/import-progress.ts'
import { queueImport } from '../../../server/domain/imports/queue-import.ts'
import { deleteIdentity } from '../../../server/domain/owner/delete-identity.ts'
import { addIdentity } from '../../../server/domain/owner/identities.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { type FederationHome, openFederationHome } from '../../support/federation-home.ts'
import { counts, importsOf, textOf } from '../../support/importing.ts'

const one = await openFakePeer(undefined, { host: 'one.example' })
const two = await openFakePeer(undefined, { host: 'two.example' })
const former = await openFederationHome({ peers: [one, two], domain: 'former.example' })
const empty = await openFederationHome({ peers: [one, two], domain: 'empty.example' })

/** Every file that a home gives out, in the order in which a person takes them along. */
async function filesOf({ db, me }: FederationHome): Promise<ReadonlyMap<ImportKind, string>> {
  return new Map<ImportKind, string>([
    ['following', await textOf(exportFollowing(db, me.id))],
    ['lists', await textOf(exportLists(db, me.id))],
    ['blocks', await textOf(exportBlocks(db, me.id))],
    ['mutes', await textOf(exportMutes(db, me.id))],
    ['domain_blocks', await textOf(exportDomainBlocks(db))],
    ['bookmarks', await textOf(exportBookmarks(db, me.id))],
    ['filters', await exportFilters(db, me.id)],
  ])
}

/** Whoever was asked agrees. */
async function accepts({ db, me }: FederationHome): Promise<void> {
  await db
    .updateTable('follows')
    .set({ state: 'accepted', state_next_attempt_at: null })
    .where('source_id', '=', me.id)
    .where('state', 'in', ['unrequested', 'pending_approval'])
    .execute()
}

test('what leaves one home comes into an empty one as it was', async () => {
  const [ana, ben, cleo, dan, eve] = [
    one.actor('ana'),
    one.actor('ben'),
    two.actor('cleo'),
    two.actor('dan'),
    two.actor('eve'),
  ]
  const notes = [ana, cleo].map((actor) => one.publish(actor.note({ content: 'kept' })))
  two.publish(notes[1] ?? {})
  const files: ReadonlyArray<readonly [ImportKind, string]> = [
    [
      'following',
      `Account address,Show boosts,Notify on new posts,Languages\n${ana.handle},false,true,"de, pt-BR"\n${cleo.handle},true,false,\n`,
    ],
    ['lists', `"birds, big ""ones""",${ana.handle}\nBirds,${cleo.handle}\nBirds,${ana.handle}\n`],
    ['blocks', `${ben.handle}\n`],
    ['mutes', `Account address,Hide notifications\n${dan.handle},false\n${eve.handle},true\n`],
    ['domain_blocks', 'bad.example\nworse.example\n'],
    ['bookmarks', notes.map(({ id }) => `${id}\n`).join('')],
    [
      'filters',
      JSON.stringify({
        custom_filters: [
          {
            title: 'Sea',
            context: ['home', 'thread'],
            action: 'hide',
            expires_at: '2040-01-01T00:00:00Z',
            keywords_attributes: [{ keyword: 'fish', whole_word: false }],
            statuses: notes.map(({ id }) => id),
          },
        ],
      }),
    ],
  ]
  for (const [kind, text] of files) {
    const progress = await importsOf(former).imports(kind, text)
    assert.deepEqual([progress.state, progress.failed], ['finished', 0], `${kind} into the former`)
  }
  await accepts(former)
  const leaving = await filesOf(former)
  for (const [kind, text] of leaving) {
    const progress = await importsOf(empty).imports(kind, text)
    assert.deepEqual([progress.state, progress.failed, progress.pending], ['finished', 0, 0], kind)
  }
  await accepts(empty)
  const sorted = (text: string): string[] => text.split('\n').toSorted()
  const arrived = await filesOf(empty)
  for (const [kind, text] of leaving) {
    assert.ok(text.length > 10, kind)
    assert.deepEqual(sorted(arrived.get(kind) ?? ''), sorted(text), kind)
  }
  for (const [kind, text] of leaving) {
    const again = await importsOf(empty).imports(kind, text, { overwrites: true })
    assert.deepEqual([again.state, again.failed, again.removed], ['finished', 0, 0], `${kind} once more`)
  }
  const after = await filesOf(empty)
  for (const [kind, text] of arrived)
    assert.deepEqual(sorted(after.get(kind) ?? ''), sorted(text), `${kind} twice`)
})

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Without what is only still to be collected. */
function heapInUse(): number {
  collect()
  return process.memoryUsage().heapUsed
}

test('ten thousand lines cost few statements and little memory, and overwriting them takes few away', async () => {
  const { db, me } = empty
  const count = 10_000
  await sql`
    insert into actors (uri, host, username, handle_domain, inbox_uri, fetched_at)
    select 'https://many.example/users/u' || n, 'many.example', 'u' || n, 'many.example', 'https://many.example/inbox', now()
      from generate_series(1, ${count}::integer) as n`.execute(db)
  await sql`
    insert into follows (uri, source_id, target_id, state, state_next_attempt_at)
    select 'https://empty.example/ap/follows/x' || id, ${me.id}, id, 'accepted', null from actors where host = 'many.example'`.execute(
    db,
  )
  const file = await textOf(exportFollowing(db, me.id))
  const heapBefore = heapInUse()
  const statementsBefore = empty.statementCount()
  const progress = await importsOf(empty).imports('following', file)
  const statements = empty.statementCount() - statementsBefore
  const megabytes = (heapInUse() - heapBefore) / 1_048_576
  assert.deepEqual([progress.state, progress.failed, progress.pending], ['finished', 0, 0])
  assert.ok(progress.done >= count)
  assert.ok(statements < count, `${statements} statements for ${count} lines`)
  assert.ok(megabytes < 200, `${megabytes} MB more in use`)
  const few = file.split('\n').slice(0, -51).join('\n')
  const less = await importsOf(empty).imports('following', few, { overwrites: true })
  assert.deepEqual([less.state, less.removed], ['finished', 50])
})

test('a worker that is stopped in the middle leaves an import that the next one ends', async () => {
  const { db, me } = former
  await sql`
    insert into actors (uri, host, username, handle_domain, inbox_uri, fetched_at)
    select 'https://many.example/users/u' || n, 'many.example', 'u' || n, 'many.example', 'https://many.example/inbox', now()
      from generate_series(1, 500) as n`.execute(db)
  const text = Array.from({ length: 500 }, (_, n) => `u${n + 1}@many.example`).join('\n')
  const id = await queueImport(db, importsOf(former).orderOf('mutes', text))
  // As a process leaves it that was killed between its transaction and the word of the engine: done, and still to be done.
  await former.work()
  await sql`
    update import_entries set state = 'new', state_next_attempt_at = now(), state_attempts = 1
     where import_id = ${id} and line <= 250`.execute(db)
  await sql`update imports set state = 'working', state_next_attempt_at = now(), finished_at = null where id = ${id}`.execute(
    db,
  )
  await former.work()
  assert.deepEqual(counts(await getImport(db, id)), { state: 'finished', done: 500, failed: 0, pending: 0 })
  const { mutes } = await db
    .selectFrom('blocks')
    .select(({ fn }) => fn.countAll<string>().as('mutes'))
    .where('source_id', '=', me.id)
    .where('is_mute', '=', true)
    .executeTakeFirstOrThrow()
  assert.ok(Number(mutes) >= 500)
})

test('what came after a file was queued, and what one of its wrong lines names, is not taken away by it', async () => {
  const home = await openFederationHome({ peers: [one, two], domain: 'waiting.example' })
  const { db, me, context } = home
  const { orderOf, imports } = importsOf(home)
  const [old, kept, young] = [one.actor('old'), one.actor('kept'), two.actor('young')]
  await imports('blocks', `${old.handle}\n${kept.handle}`)
  await imports('domain_blocks', 'bad.example\nworse.example')
  const blocks = await queueImport(db, orderOf('blocks', kept.handle, { overwrites: true }))
  const domains = '#domain,#severity\nbad.example,silence\nworse.example,suspend'
  const domainBlocks = await queueImport(db, orderOf('domain_blocks', domains, { overwrites: true }))
  // Its lines may wait for their servers for hours, and the owner goes on meanwhile.
  const target = await context.dereferencer.actorByUri(young.uri)
  assert.ok(target !== null)
  await inTransaction(db, async (tx) => {
    await blockActor(tx, context.home, me, target, new Date())
    await tx.insertInto('domain_blocks').values({ domain: 'new.example' }).execute()
  })
  await home.work()
  assert.equal((await getImport(db, blocks)).removed, 1)
  assert.equal((await getImport(db, domainBlocks)).removed, 0)
  const lines = (await textOf(exportBlocks(db, me.id))).trim().split('\n')
  assert.deepEqual(lines.toSorted(), [kept.handle, young.handle].toSorted())
  assert.equal(await textOf(exportDomainBlocks(db)), 'bad.example\nnew.example\nworse.example\n')
})

test('a list of servers most of which are only to be shown less is taken in, and says which are left out', async () => {
  const home = await openFederationHome({ peers: [one], domain: 'limited.example' })
  const { orderOf, imports } = importsOf(home)
  const limited = Array.from({ length: 9 }, (_, n) => `quiet${n}.example,silence`)
  const list = ['#domain,#severity', 'bad.example,suspend', ...limited].join('\n')
  const progress = await imports('domain_blocks', list)
  assert.deepEqual(counts(progress), { state: 'finished', done: 1, failed: 9, pending: 0 })
  assert.equal(await textOf(exportDomainBlocks(home.db)), 'bad.example\n')
  const garbage = ['bad.example', ...Array.from({ length: 9 }, (_, n) => `no name ${n}`)].join('\n')
  await assert.rejects(
    queueImport(home.db, orderOf('domain_blocks', garbage)),
    /Most lines are like this one/,
  )
})

test('an import goes with its identity, whatever is left to do', async () => {
  const { db, context } = former
  const other = await addIdentity(
    db,
    { username: 'other', displayName: 'Other', domain: null },
    context.clock,
  )
  const order = importsOf(former).orderOf('following', `${one.actor('ana').handle}\nfay@two.example`)
  const id = await queueImport(db, { ...order, actorId: other.id })
  await inTransaction(db, async (tx) => deleteIdentity(tx, other, new Date()))
  await former.work()
  const left = await db.selectFrom('imports').select('id').where('id', '=', id).execute()
  const follows = await db.selectFrom('follows').select('id').where('source_id', '=', other.id).execute()
  assert.deepEqual([left, follows], [[], []])
})
