/**
 * Parts of a home that freeze instead of ending: the supervisor, whom the others do without; the database's first process; server
 * and worker, and the whole database, which are found out and started again.
 * @see security rules 101, 102 and 108
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { childrenOf } from '../../server/appliance/process-memory.ts'
import { type HomeClient, signedInClient } from '../support/home-client.ts'
import { askHome, partOf, pidOfPart, untilHome } from '../support/home-parts.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'
import { until } from '../support/until.ts'

const LIMIT_MS = 120_000
/** Longer than the time between two heartbeats of a child. */
const FROZEN_MS = 6_000

let home: ProcessHome
let owner: HomeClient
const acknowledged: string[] = []
/** What a failed test has left frozen would never end. */
const frozen = new Set<number>()

before(async () => {
  home = await startProcessHome({ domain: null, handle: 'gil' })
  owner = await signedInClient(home)
})
after(async () => {
  for (const pid of frozen) wake(pid)
  await home?.close()
})

function freeze(pid: number): void {
  frozen.add(pid)
  process.kill(pid, 'SIGSTOP')
}

function wake(pid: number): void {
  frozen.delete(pid)
  try {
    process.kill(pid, 'SIGCONT')
  } catch {
    // It has ended.
  }
}

async function writesFor(ms: number, what: string): Promise<number> {
  const endMs = performance.now() + ms
  let posts = 0
  while (performance.now() < endMs) {
    posts += 1
    acknowledged.push(String((await owner.writes(`${what} ${posts}`))['id']))
  }
  return posts
}

async function takesAPost(status: string): Promise<void> {
  const key = randomUUID()
  const answer = await until(
    'a post is taken',
    async () => {
      const sent = await owner.raw('/api/v1/statuses', {
        method: 'POST',
        body: { status },
        headers: { 'idempotency-key': key },
      })
      return sent.status === 200 && sent
    },
    LIMIT_MS,
  )
  acknowledged.push(String(answer.json()['id']))
}

const secondsSince = (startMs: number): string => `${((performance.now() - startMs) / 1_000).toFixed(1)} s`

test('while the supervisor is frozen posts are taken, and afterwards nobody was started again', async () => {
  const awake = await askHome(home.dataDir)
  freeze(home.pid)
  const posts = await writesFor(FROZEN_MS, 'without a supervisor')
  wake(home.pid)
  const woken = await untilHome(home.dataDir, 'the supervisor answers', ({ state }) => state !== 'Starting')
  console.log(`# supervisor frozen for ${FROZEN_MS / 1_000} s: ${posts} posts taken meanwhile`)
  assert.ok(posts > 0)
  assert.deepEqual(
    woken.parts.map(({ name, pid, restarts }) => [name, pid, restarts]),
    awake.parts.map(({ name, pid, restarts }) => [name, pid, restarts]),
  )
})

test('while the first process of the database is frozen nothing hangs for ever, and afterwards all is as before', async () => {
  const pid = await pidOfPart(home.dataDir, 'database')
  freeze(pid)
  const startMs = performance.now()
  const answer = await owner.raw('/api/v1/timelines/home')
  console.log(
    `# rule 108: database takes no connections: a timeline answers ${answer.status} after ${secondsSince(startMs)}`,
  )
  assert.ok(answer.status === 200 || answer.status === 503, String(answer.status))
  wake(pid)
  await untilHome(home.dataDir, 'the home is well', ({ state }) => state === 'Running')
  acknowledged.push(String((await owner.writes('the database is awake'))['id']))
  assert.equal(await pidOfPart(home.dataDir, 'database'), pid)
})

test('a server and a worker that are frozen are found out after 30 s and started again', async () => {
  const names = ['server-0', 'worker-0'] as const
  const pids = new Map<string, number>()
  for (const name of names) pids.set(name, await pidOfPart(home.dataDir, name))
  const startMs = performance.now()
  for (const pid of pids.values()) freeze(pid)
  await until(
    'both have other processes',
    async () => {
      const status = await askHome(home.dataDir)
      return names.every((name) => {
        const { pid, state } = partOf(status, name)
        return pid !== pids.get(name) && (state === 'Running' || state === 'Slow')
      })
    },
    LIMIT_MS,
  )
  frozen.clear()
  await takesAPost('thawed')
  console.log(
    `# rule 108: frozen server and worker replaced after ${secondsSince(startMs)} (30 s and a start)`,
  )
})

test('a database of which every process is frozen is found out and started again, and its posts are there', async () => {
  const pid = await pidOfPart(home.dataDir, 'database')
  const startMs = performance.now()
  // It first: one that is frozen starts no others.
  freeze(pid)
  for (const each of childrenOf(pid) ?? []) freeze(each)
  const ready = await home.ask('/readyz')
  assert.equal(ready.status, 503, ready.text())
  await until(
    'the database has another process',
    async () => {
      const { pid: now, state } = partOf(await askHome(home.dataDir), 'database')
      return now !== null && now !== pid && state === 'Running'
    },
    LIMIT_MS,
  )
  frozen.clear()
  await takesAPost('after the frost')
  const well = await until('the probe is well', async () => {
    const answer = await home.ask('/readyz')
    return answer.status === 200 && typeof answer.json()['stator_tick_age_seconds'] === 'number' && answer
  })
  assert.equal(well.json()['status'], 'OK')
  console.log(
    `# rule 108: frozen database replaced, and a post taken, after ${secondsSince(startMs)} (60 s of silence and a start)`,
  )
})

test('nothing that was acknowledged is lost', async () => {
  const found: string[] = []
  let maxId = ''
  for (;;) {
    const page = await owner.list(`/api/v1/timelines/home?limit=40${maxId === '' ? '' : `&max_id=${maxId}`}`)
    found.push(...page.map(({ id }) => String(id)))
    const last = page.at(-1)
    if (last === undefined) break
    maxId = String(last['id'])
  }
  const kept = new Set(found)
  assert.deepEqual(
    acknowledged.filter((id) => !kept.has(id)),
    [],
  )
  const ids = acknowledged.map((id) => BigInt(id))
  assert.ok(ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0n)))
})
