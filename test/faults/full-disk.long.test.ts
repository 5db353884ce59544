/**
 * A home on a disk of 640 MB that another program fills, first nearly, then to the last byte: what the home takes and refuses,
 * how it stays up, and how it comes back.
 * @see security rule 115
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { join } from 'node:path'
import { type HomeClient, signedInClient } from '../support/home-client.ts'
import { askHome, partOf, pidOfPart, untilHome } from '../support/home-parts.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'
import { NO_SMALL_DISK, type SmallDisk, openSmallDisk } from '../support/small-disk.ts'
import { until } from '../support/until.ts'

const LIMIT_MS = 60_000
const onSmallDisk = NO_SMALL_DISK === null ? {} : { skip: NO_SMALL_DISK }

let disk: SmallDisk
let home: ProcessHome
let owner: HomeClient
const acknowledged: string[] = []

before(async () => {
  if (NO_SMALL_DISK !== null) return
  disk = openSmallDisk(640)
  home = await startProcessHome({ domain: 'full.example', handle: 'ana', dataDir: join(disk.folder, 'home') })
  owner = await signedInClient(home)
  await writes('before')
})
after(async () => {
  await home?.close()
  disk?.[Symbol.dispose]()
})

async function writes(text: string): Promise<void> {
  acknowledged.push(String((await owner.writes(text))['id']))
}

const post = async (text: string): Promise<number> =>
  (await owner.raw('/api/v1/statuses', { method: 'POST', body: { status: text } })).status

test(
  'with less than 256 MB nothing new is taken in, everything can be read and deleted, and the owner is told',
  onSmallDisk,
  async () => {
    await untilHome(home.dataDir, 'the reserve is held', ({ disk: { hasReserve } }) => hasReserve)
    const doomed = String((await owner.writes('to be deleted'))['id'])
    disk.fillTo(200)
    const { state, disk: facts } = await untilHome(
      home.dataDir,
      'the home sees that there is no room',
      ({ disk: { room } }) => room === 'none',
    )
    assert.equal(state, 'Needs attention')
    assert.ok((facts.freeBytes ?? 0) > 100 * 1_048_576 && facts.hasReserve)
    const refused = await until('a post is refused', async () => {
      const answer = await owner.raw('/api/v1/statuses', { method: 'POST', body: { status: 'too much' } })
      if (answer.status === 200) acknowledged.push(String(answer.json()['id'])) // as the server is told a moment later
      return answer.status === 507 && answer
    })
    assert.match(refused.text(), /The disk of this home is full\. Nothing new is taken in/)
    const inbox = await home.ask('/ap/inbox', { method: 'POST', body: { type: 'Create' } })
    assert.equal(inbox.status, 503)
    assert.equal(inbox.headers['retry-after'], '300')
    assert.equal((await home.ask('/readyz')).status, 503)
    assert.ok((await owner.homeTimeline()).length >= 2)
    assert.equal((await owner.raw(`/api/v1/statuses/${doomed}`, { method: 'DELETE' })).status, 200)
    const { stdout } = await home.command('status')
    assert.match(stdout, /MB of the disk are free: nothing new is taken in; delete files on it/)
  },
)

test('with room again it goes on by itself', onSmallDisk, async () => {
  const startMs = performance.now()
  disk.empty()
  await until(
    'a post is taken',
    async () => {
      const answer = await owner.raw('/api/v1/statuses', { method: 'POST', body: { status: 'room again' } })
      if (answer.status === 200) acknowledged.push(String(answer.json()['id']))
      return answer.status === 200
    },
    LIMIT_MS,
  )
  console.log(`# rule 115: room again to the first post taken: ${secondsSince(startMs)} (at most 30 s)`)
  await untilHome(home.dataDir, 'the home is well', ({ state }) => state === 'Running')
})

test(
  'a database that is killed on a disk without a free byte comes back by the reserve',
  onSmallDisk,
  async () => {
    const pid = await pidOfPart(home.dataDir, 'database')
    disk.fillTo(0)
    await untilHome(home.dataDir, 'the reserve is let go', ({ disk: { hasReserve } }) => !hasReserve)
    const startMs = performance.now()
    process.kill(pid, 'SIGKILL')
    await untilHome(home.dataDir, 'the database is back', (status) => {
      const { state, pid: now } = partOf(status, 'database')
      return state === 'Running' && now !== pid
    })
    console.log(`# rule 115: a full disk, killed database back after ${secondsSince(startMs)}`)
    await until('posts can be read', async () => (await owner.homeTimeline()).length >= 2, LIMIT_MS)
    assert.equal(await post('still too much'), 507)
  },
)

test(
  'without any room for it the database is tried twice a minute at most, and at once when there is room',
  onSmallDisk,
  async () => {
    disk.fillTo(0)
    const { restarts } = partOf(await askHome(home.dataDir), 'database')
    process.kill(await pidOfPart(home.dataDir, 'database'), 'SIGKILL')
    await untilHome(home.dataDir, 'the database has no room to start', (status) =>
      /next start in 30 s/.test(partOf(status, 'database').note ?? ''),
    )
    const startMs = performance.now()
    disk.empty()
    await untilHome(home.dataDir, 'the home is well', ({ state }) => state === 'Running')
    const starts = partOf(await askHome(home.dataDir), 'database').restarts - restarts
    assert.ok(starts <= 3, `${starts} starts`)
    await until(
      'a post is taken',
      async () => {
        const answer = await owner.raw('/api/v1/statuses', { method: 'POST', body: { status: 'at last' } })
        if (answer.status === 200) acknowledged.push(String(answer.json()['id']))
        return answer.status === 200
      },
      LIMIT_MS,
    )
    console.log(
      `# rule 115: from room to the first post with a database that was down: ${secondsSince(startMs)} (at most 30 s)`,
    )
  },
)

test(
  'a full home stops in order, starts again, and has lost nothing that it acknowledged',
  onSmallDisk,
  async () => {
    await untilHome(home.dataDir, 'the reserve is held', ({ disk: { hasReserve } }) => hasReserve)
    disk.fillTo(0)
    await untilHome(home.dataDir, 'the reserve is let go', ({ disk: { hasReserve } }) => !hasReserve)
    const startMs = performance.now()
    assert.equal(await home.stop(), 0)
    console.log(`# rule 103: stopped in order on a full disk in ${secondsSince(startMs)} (at most 10 s)`)
    disk.empty()
    const log = join(home.dataDir, 'logs', 'postgres.log')
    const { length } = readFileSync(log)
    await home.start()
    assert.doesNotMatch(readFileSync(log).subarray(length).toString(), /not properly shut down/)
    await owner.signIn()
    const kept = new Set((await owner.homeTimeline()).map(({ id }) => String(id)))
    assert.deepEqual(
      acknowledged.filter((id) => !kept.has(id)),
      [],
    )
  },
)

const secondsSince = (startMs: number): string => `${((performance.now() - startMs) / 1_000).toFixed(1)} s`
