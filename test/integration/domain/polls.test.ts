import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTransaction } from '../../../server/db/transaction.ts'
import { deleteIdentity } from '../../../server/domain/owner/delete-identity.ts'
import { addIdentity } from '../../../server/domain/owner/identities.ts'
import { publishHome } from '../../../server/domain/owner/publish-home.ts'
import { castVotes } from '../../../server/domain/polls/cast-votes.ts'
import { createPost } from '../../../server/domain/posts/create-post.ts'
import { type ScheduledDraft, schedulePost } from '../../../server/domain/scheduled-posts/schedule-post.ts'
import type { Row } from '../../../server/db/tables.ts'
import { openApiHome } from '../../support/api-home.ts'
import { MINUTE_MS, MovedClock, counts, pollDraft } from '../../support/polls.ts'

const clock = new MovedClock()
const home = await openApiHome({ clock, domain: null })
const { db } = home

const draft = (author: Row<'actors'>, text: string): ScheduledDraft => ({
  author,
  text,
  summary: '',
  isSensitive: false,
  language: 'en',
  visibility: 'public',
  inReplyToId: null,
  attachmentIds: [],
  applicationId: null,
})

/** Ana asks; another identity votes, and has a post that waits for its time. */
async function asksAnother(username: string) {
  const other = await addIdentity(db, { username, displayName: username, domain: null }, clock)
  const post = await inTransaction(db, async (tx) =>
    createPost(
      tx,
      home.home,
      { ...draft(home.ana, 'which?'), mentions: new Map(), poll: pollDraft(['a', 'b']) },
      clock.now(),
    ),
  )
  const later = new Date(clock.now().getTime() + 10 * MINUTE_MS)
  await inTransaction(db, async (tx) => {
    await castVotes(tx, home.home, other, post.id, [1], clock.now())
    await schedulePost(tx, draft(other, 'hello @ana@homebird.invalid'), later, clock.now())
  })
  return { other, post }
}

test('with an identity go its votes and what it would have posted; the votes stay counted', async () => {
  const { other, post } = await asksAnother('bo')
  await inTransaction(db, async (tx) => deleteIdentity(tx, other, clock.now()))
  for (const table of ['poll_votes', 'scheduled_posts'] as const) {
    assert.deepEqual(await db.selectFrom(table).selectAll().where('actor_id', '=', other.id).execute(), [])
  }
  assert.deepEqual(await counts(db, post.id), { a: 0, b: 1 })
})

test('an address for the home changes the ids of votes, and handles in what is not posted yet', async () => {
  const { other, post } = await asksAnother('cy')
  const [before] = await db.selectFrom('poll_votes').select('uri').where('poll_id', '=', post.id).execute()
  assert.match(before?.uri ?? '', /^https:\/\/homebird\.invalid\/ap\/votes\/\d+$/)
  await publishHome(db, 'example.org', 'social.example.org')
  const [vote] = await db.selectFrom('poll_votes').select('uri').where('poll_id', '=', post.id).execute()
  assert.match(vote?.uri ?? '', /^https:\/\/social\.example\.org\/ap\/votes\/\d+$/)
  const [waiting] = await db
    .selectFrom('scheduled_posts')
    .select('text')
    .where('actor_id', '=', other.id)
    .execute()
  assert.equal(waiting?.text, 'hello @ana@example.org')
})
