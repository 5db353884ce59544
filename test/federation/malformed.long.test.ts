/**
 * 10,000 documents of all softwares, made wrong in up to six places each, well signed by a server whose people the owner
 * follows: every one is answered, every stored one comes to its end or waits for a server that is silent, no handler
 * throws, and no process ends, though its heap is so small that what is kept of every document would soon fill it.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { sql } from 'kysely'
import type { JsonObject } from '../../server/activitypub/json.ts'
import { FIXTURES, placeFixture } from '../fixtures/index.ts'
import { type Random, mutated, randomFrom } from '../support/mutations.ts'
import { PeeredHome } from '../support/peered-home.ts'

const ROUNDS = 8
const PER_ROUND = 1_250
const SENDERS = 12
/** These would end the follow by which everything else is of interest. */
const ENDS_IT: ReadonlySet<unknown> = new Set(['Block', 'Reject', 'Move'])
const MEBIBYTE = 1_048_576

let world: PeeredHome
let originals: readonly JsonObject[]
/** Of 10,000 documents 8 kB each that are never freed would be more; both processes need some 40 when they begin. */
const HEAP_MIB = 96
/** What is kept of a document weighs, in a property that nobody knows. */
const WEIGHT = 'w'.repeat(5_120)

before(async () => {
  world = await PeeredHome.open({ env: { HOMEBIRD_HEAP_MB: String(HEAP_MIB) } })
  const { friend, me } = world
  originals = FIXTURES.flatMap(({ document, software }) => {
    const actor = document['actor']
    if (typeof actor !== 'string' || ENDS_IT.has(document['type'])) return []
    const placed = placeFixture(document, {
      [actor]: friend.uri,
      [`${software}.example`]: 'friend.example',
      'https://home.example/ap/actors/1': me.uri,
    })
    return [placed]
  })
  assert.ok(originals.length > 50, `${originals.length} activities`)
})

function nextDocument(seed: number, random: Random): object {
  const original = originals[seed % originals.length] ?? {}
  // A few lose even what leads to the door.
  const kept = random(20) === 0 ? [] : ['actor', 'id', 'type']
  const document = { ...original, actor: world.friend.uri, id: `https://friend.example/wrong/${seed}` }
  return { ...mutated(document, random, kept), weight: WEIGHT }
}

/** What is too long is answered, and the line is cut; whoever is still writing may learn only that. */
async function statusOf(document: object): Promise<number> {
  try {
    return (await world.friend.sends(world.target, document)).status
  } catch (error) {
    const isCut =
      error instanceof Error && 'code' in error && ['EPIPE', 'ECONNRESET'].includes(String(error.code))
    if (isCut && Buffer.byteLength(JSON.stringify(document)) > MEBIBYTE) return 413
    throw error
  }
}

async function sendRound(round: number): Promise<Map<number, number>> {
  const answers = new Map<number, number>()
  const seeds = Array.from({ length: PER_ROUND }, (_, n) => round * PER_ROUND + n).values()
  const send = async (): Promise<void> => {
    for (const seed of seeds) {
      const document = nextDocument(seed, randomFrom(seed))
      const status = await statusOf(document)
      answers.set(status, (answers.get(status) ?? 0) + 1)
      assert.ok(status === 202 || (status >= 400 && status < 500), `${status} for seed ${seed}`)
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, send))
  return answers
}

for (let round = 0; round < ROUNDS; round += 1) {
  test(`documents ${round * PER_ROUND} to ${(round + 1) * PER_ROUND - 1}`, async (t) => {
    const answers = await sendRound(round)
    await world.quiet(200_000)
    // A wait for a lock that a busy machine makes too long is no fault of the document; it was tried again.
    const { rows: thrown } = await sql<{ body: string; state_error: string }>`
      select state_error, left(body, 2000) as body from inbox_messages
      where state_deaths > 0 or (state_errors > 0 and state_error not like '%due to lock timeout')`.execute(
      world.db,
    )
    assert.deepEqual(thrown, [])
    // What waits for a server that does not answer is tried less and less often.
    const { rows: tries } = await sql<{ most: number }>`
      select coalesce(max(state_attempts), 0)::int as most from inbox_messages`.execute(world.db)
    assert.ok((tries[0]?.most ?? 0) < 10, `${tries[0]?.most} tries`)
    t.diagnostic(
      `${[...answers].map((pair) => pair.join(': ')).join(', ')}; ${JSON.stringify(await world.memoryBytes())}`,
    )
  })
}

test('the home still does what it did, with the processes that it began with', async () => {
  await world.control()
})
