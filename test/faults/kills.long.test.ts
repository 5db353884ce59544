/**
 * 500 posts are written while the parts of the home are killed 25 times, at moments of chance: what was acknowledged is there
 * once, at home and at a follower's on another server, and the ids stand in the order of the posts.
 * @see security rules 99 to 104 and 110
 */
import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Figures, chanceFrom, shuffled } from '../support/figures.ts'
import type { HomeClient } from '../support/home-client.ts'
import { lastSaid, untilHome } from '../support/home-parts.ts'
import { type TwoHomes, openTwoHomes } from '../support/two-homes.ts'
import { until } from '../support/until.ts'

const POSTS = 500
const KILLS = 25
const POSTS_PER_KILL = POSTS / KILLS
const LIMIT_MS = 120_000

type Victim = 'server' | 'worker' | 'database' | 'supervisor'
/** The parts between two ends of the supervisor: none ends so often in a minute that it would be called degraded. */
const ROUND: readonly Victim[] = ['server', 'server', 'worker', 'worker', 'database', 'database']
const LIMITS = {
  'rule 100: server back': 'at most 3 s',
  'rule 100: worker back': 'at most 5 s',
  'rule 100: database back': 'at most 10 s',
  'rule 101: home back after its supervisor was killed': 'children end within 5 s',
}

let homes: TwoHomes
before(async () => {
  homes = await openTwoHomes({
    names: ['eva.example', 'fred.example'],
    // More is written here in a minute than one server may send in five.
    env: { HOMEBIRD_INBOX_RATE: '0' },
  })
  const { a, b } = homes
  const fred = await a.owner.find(`@${b.handle}`)
  await a.owner.call('POST', `/api/v1/accounts/${fred['id']}/follow`)
  await until(
    'the follow is accepted',
    async () => (await a.owner.relationship(String(fred['id'])))['following'],
  )
})
after(async () => homes?.[Symbol.asyncDispose]())

/** Writes until the home has said yes; the key makes the repetition of a lost answer harmless. */
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

function runningPid(name: string): number | null {
  const said = lastSaid(homes.b.home, name)
  return said?.state === 'Running' || said?.state === 'Slow' ? said.pid : null
}

/** Kills it and waits until the home is well again. */
async function kill(victim: Victim, figures: Figures): Promise<void> {
  const { home } = homes.b
  const startMs = performance.now()
  if (victim === 'supervisor') {
    await home.kill()
    await home.start()
    homes.b.reconnect()
    figures.add('rule 101: home back after its supervisor was killed', performance.now() - startMs)
    return
  }
  const name = victim === 'database' ? 'database' : `${victim}-0`
  const pid = await until(
    `${name} runs and is killed`,
    () => {
      const running = runningPid(name)
      // Of one that has just ended by itself the next life is waited for.
      if (running !== null) process.kill(running, 'SIGKILL')
      return running
    },
    LIMIT_MS,
  )
  const killedMs = performance.now()
  await until(
    `${name} is back`,
    () => {
      const now = runningPid(name)
      return now !== null && now !== pid
    },
    LIMIT_MS,
  )
  figures.add(`rule 100: ${victim} back`, performance.now() - killedMs)
}

const seed = randomInt(1_000_000)
const chance = chanceFrom(seed)
const figures = new Figures()
const acknowledged: { readonly id: string; readonly text: string }[] = []

/** A supervisor is killed between the rounds, so that its counts begin anew. */
const supervisor: readonly Victim[] = ['supervisor']
const rounds: readonly (readonly Victim[])[] = [
  shuffled(ROUND, chance),
  supervisor.concat(shuffled(ROUND, chance)),
  supervisor.concat(shuffled(ROUND, chance).slice(1)),
  supervisor.concat(shuffled(ROUND, chance).slice(1)),
]

for (const [index, victims] of rounds.entries()) {
  test(`round ${index + 1} of ${rounds.length} from seed ${seed}: ${victims.join(', ')} are killed under posts`, async () => {
    for (const victim of victims) {
      const killAt = Math.floor(chance() * POSTS_PER_KILL)
      let killing: Promise<void> = Promise.resolve()
      for (let post = 0; post < POSTS_PER_KILL; post += 1) {
        const text = `post ${acknowledged.length + 1}.`
        const writing = writeForSure(text)
        if (post === killAt) killing = kill(victim, figures)
        acknowledged.push({ id: await writing, text })
      }
      await killing
    }
  })
}

test(`${POSTS} acknowledged posts over ${KILLS} kills: none lost, none doubled, ids in posting order`, async () => {
  figures.print(LIMITS)
  assert.deepEqual([acknowledged.length, rounds.flat().length], [POSTS, KILLS])
  const ids = acknowledged.map(({ id }) => BigInt(id))
  assert.ok(
    ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0n)),
    'ids grow with the posts',
  )
  const me = await homes.b.owner.get('/api/v1/accounts/verify_credentials')
  const own = await textsOf(homes.b.owner, `/api/v1/accounts/${me['id']}/statuses?limit=40`)
  const written = acknowledged.map(({ text }) => text)
  assert.deepEqual(own.toReversed(), written, 'at home: once each, in their order')
  const startMs = performance.now()
  const seen = await until(
    'every post has arrived at the follower’s',
    async () => {
      const texts = await textsOf(homes.a.owner, '/api/v1/timelines/home?limit=40')
      return new Set(texts).size >= POSTS && texts
    },
    LIMIT_MS,
  )
  const waitedSeconds = (performance.now() - startMs) / 1_000
  console.log(
    `# ${POSTS} posts over ${KILLS} kills: 0 lost, ${seen.length - POSTS} doubled; all at the follower’s after ${waitedSeconds.toFixed(1)} s`,
  )
  assert.deepEqual(seen.toSorted(), written.toSorted(), 'at the follower’s: once each')
  await untilHome(homes.b.home.dataDir, 'the home is well', ({ state }) => state === 'Running')
})

/** Of all posts that begin as those of the test, newest first, page by page. */
async function textsOf(owner: HomeClient, path: string): Promise<string[]> {
  const texts: string[] = []
  let maxId = ''
  for (;;) {
    const page = await owner.list(`${path}${maxId === '' ? '' : `&max_id=${maxId}`}`)
    for (const post of page) {
      const text = String(post['content']).replace(/<[^>]+>/g, '')
      if (text.startsWith('post ')) texts.push(text)
    }
    const last = page.at(-1)
    if (last === undefined) return texts
    maxId = String(last['id'])
  }
}
