/**
 * One home is killed in the midst of 200 posts, part by part: nothing that was acknowledged is lost on the other side,
 * nothing is doubled, and the home comes back by itself.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { pidOfPart } from '../support/home-parts.ts'
import { type TwoHomes, openTwoHomes } from '../support/two-homes.ts'
import { until } from '../support/until.ts'

const POSTS = 200
const AT_ONCE = 4
const LIMIT_MS = 120_000

let homes: TwoHomes
before(async () => {
  homes = await openTwoHomes({
    names: ['cara.example', 'dan.example'],
    // More posts are written here in a minute than one server may send in five.
    env: { HOMEBIRD_INBOX_RATE: '0' },
  })
  const { a, b } = homes
  const dan = await a.owner.find(`@${b.handle}`)
  await a.owner.call('POST', `/api/v1/accounts/${dan['id']}/follow`)
  await until(
    'the follow is accepted',
    async () => (await a.owner.relationship(String(dan['id'])))['following'],
  )
})
after(async () => homes?.[Symbol.asyncDispose]())

/** Writes until the home has said yes; the idempotency key makes the repetition of a lost answer harmless. */
async function writeForSure(text: string): Promise<string> {
  const key = randomUUID()
  const answer = await until(
    `"${text}" is acknowledged`,
    async () => {
      const sent = await homes.b.owner.raw('/api/v1/statuses', {
        method: 'POST',
        body: { status: text, visibility: 'public' },
        headers: { 'idempotency-key': key },
      })
      return sent.status === 200 && sent
    },
    LIMIT_MS,
  )
  return String(answer.json()['id'])
}

const killPart = async (part: string): Promise<unknown> =>
  process.kill(await pidOfPart(homes.b.home.dataDir, part), 'SIGKILL')

const VICTIMS = {
  server: async () => killPart('server-0'),
  worker: async () => killPart('worker-0'),
  postmaster: async () => killPart('database'),
  async supervisor() {
    await homes.b.home.kill()
    await homes.b.home.start()
    homes.b.reconnect()
  },
}

for (const [victim, kill] of Object.entries(VICTIMS)) {
  test(`killing the ${victim} in the midst of ${POSTS} posts loses and doubles nothing`, async () => {
    const acknowledged: string[] = []
    let next = 0
    const write = async (): Promise<void> => {
      while (next < POSTS) {
        const text = `${victim} ${(next += 1)}.`
        await writeForSure(text)
        acknowledged.push(text)
        if (acknowledged.length === POSTS / 2) await kill()
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, write))
    assert.equal(acknowledged.length, POSTS)
    const seen = await until(
      'every post has arrived',
      async () => {
        const texts = await textsOfFollower(`${victim} `)
        return new Set(texts).size >= POSTS && texts
      },
      LIMIT_MS,
    )
    assert.equal(seen.length, POSTS, 'a post stands twice')
    assert.deepEqual(new Set(seen), new Set(acknowledged))
  })
}

/** All posts of the follower's timeline that begin so, page by page. */
async function textsOfFollower(start: string): Promise<string[]> {
  const texts: string[] = []
  let maxId = ''
  for (;;) {
    const page = await homes.a.owner.list(
      `/api/v1/timelines/home?limit=40${maxId === '' ? '' : `&max_id=${maxId}`}`,
    )
    for (const post of page) {
      const text = String(post['content']).replace(/<[^>]+>/g, '')
      if (text.startsWith(start)) texts.push(text)
    }
    const last = page.at(-1)
    if (last === undefined) return texts
    maxId = String(last['id'])
  }
}
