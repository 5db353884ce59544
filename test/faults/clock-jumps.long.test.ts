/**
 * The clock of a whole home, its database among it, jumps ahead and back under posts: none is lost or out of order, nobody is
 * started again for it, and what was put off by a wrong clock does not wait for it.
 * @see security rule 110
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type HomeClient, signedInClient } from '../support/home-client.ts'
import { askHome } from '../support/home-parts.ts'
import { type JumpingClock, NO_JUMPING_CLOCK, openJumpingClock } from '../support/jumping-clock.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'
import { until } from '../support/until.ts'

const withClock = NO_JUMPING_CLOCK === null ? {} : { skip: NO_JUMPING_CLOCK }
const DAY_MS = 86_400_000
const YEAR_MS = 365 * DAY_MS
const LIMIT_MS = 120_000

let clock: JumpingClock
let home: ProcessHome
let owner: HomeClient
const acknowledged: string[] = []

before(async () => {
  if (NO_JUMPING_CLOCK !== null) return
  clock = openJumpingClock()
  home = await startProcessHome({ domain: 'clock.example', handle: 'ida', within: clock.within })
  owner = await until('the owner is signed in', () => signedInClient(home), LIMIT_MS)
})
after(async () => {
  await home?.close()
  clock?.[Symbol.dispose]()
})

/** A session may end by a clock that is a year ahead, as it should. */
async function writes(status: string): Promise<void> {
  const headers = { 'idempotency-key': randomUUID() }
  const answer = await until(
    `"${status}" is taken`,
    async () => {
      const sent = await owner.raw('/api/v1/statuses', { method: 'POST', body: { status }, headers })
      if (sent.status === 401) await owner.signIn()
      return sent.status === 200 && sent
    },
    LIMIT_MS,
  )
  acknowledged.push(String(answer.json()['id']))
}

const pids = async (): Promise<string> =>
  (await askHome(home.dataDir)).parts
    .map(({ name, pid, restarts }) => `${name} ${pid} ${restarts}`)
    .join(', ')

test(
  'a clock that jumps a day and a year, ahead and back, loses no post and no order, and ends no process',
  withClock,
  async () => {
    const jumps = [
      ['a day ahead', DAY_MS],
      ['a year ahead', YEAR_MS],
      ['back to today', 0],
      ['back by a day', -DAY_MS],
      ['back by a year', -YEAR_MS],
      ['to today again', 0],
    ] as const
    let yearAhead = 0
    await writes('before all jumps')
    const running = await pids()
    for (const [words, offsetMs] of jumps) {
      clock.set(offsetMs)
      const startMs = performance.now()
      await writes(`${words}, one`)
      await writes(`${words}, two`)
      // By the worker: it is on the timeline when its audience is told.
      const [first, second] = acknowledged.slice(-2)
      const createdAt = await until(
        `posts are handled after the clock went ${words}`,
        async () => {
          const [top, below] = await owner.homeTimeline(2)
          return top?.['id'] === second && below?.['id'] === first && String(top?.['created_at'])
        },
        LIMIT_MS,
      )
      if (words === 'a year ahead') yearAhead = Date.parse(createdAt)
      console.log(
        `# rule 110: clock ${words}: two posts taken and handled after ${((performance.now() - startMs) / 1_000).toFixed(1)} s`,
      )
    }
    assert.equal(await pids(), running)
    const seen = await until('the timeline is read', () => owner.homeTimeline(), LIMIT_MS)
    assert.deepEqual(
      seen.map(({ id }) => String(id)),
      acknowledged.toReversed(),
    )
    const ids = acknowledged.map((id) => BigInt(id))
    assert.ok(ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0n)))
    assert.ok(yearAhead > Date.now() + YEAR_MS - DAY_MS, 'the database goes by that clock')
  },
)
