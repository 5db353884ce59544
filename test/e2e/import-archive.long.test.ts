/** An archive that is brought along by the command line, while everything is killed twice: nothing is lost, nothing doubled. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import type { ArchiveProgress } from '../../server/contracts/archive.ts'
import { ExitCode } from '../../server/contracts/exit-code.ts'
import { boostActivity, noteActivity, outboxOf, tarGzOf } from '../support/archives.ts'
import { pngOf } from '../support/pictures.ts'
import { adminClient } from '../support/poured-posts.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'
import { until } from '../support/until.ts'

const POSTS = 600
/** One in so many is a boost, and one in so many has a picture. */
const BOOST_EVERY = 10
const PICTURE_EVERY = 100

let home: ProcessHome
let folder: string
before(async () => {
  home = await startProcessHome({ domain: 'first.example', handle: 'ana' })
  folder = await mkdtemp(join(tmpdir(), 'homebird-import-'))
})
after(async () => {
  await home?.close()
  await rm(folder, { recursive: true, force: true })
})

test('an archive goes on where it was, however often the home is killed', async () => {
  const file = join(folder, 'archive.tar.gz')
  await writeFile(file, await archiveOf())
  const begun = await home.command('import', 'archive', file, '--no-wait', '--json')
  assert.equal(begun.code, ExitCode.ok, begun.stderr)
  const first = await killedOnce('reached')
  const second = await killedOnce('done')
  assert.ok(second.reached >= first.reached, `${second.reached} after ${first.reached}`)
  // The same command again is the import that is there.
  const ended = await home.command('import', 'archive', file, '--json')
  assert.equal(ended.code, ExitCode.ok, ended.stderr)
  const { id, state, entries, done, failed, repeated, passedOver, filesDone } = lastLine(ended.stdout)
  assert.deepEqual(
    { id, state, entries, done, failed, repeated, passedOver, filesDone },
    {
      id: lastLine(begun.stdout).id,
      state: 'finished',
      entries: POSTS - POSTS / BOOST_EVERY,
      done: POSTS - POSTS / BOOST_EVERY,
      failed: 0,
      repeated: 0,
      passedOver: POSTS / BOOST_EVERY,
      filesDone: POSTS / PICTURE_EVERY,
    },
  )
  const { rows } = await asking(async (sql) =>
    sql.query<{ posts: number; addresses: number; in_order: boolean; told: number }>(
      `select count(*)::integer as posts, count(distinct imported_from)::integer as addresses,
              bool_and(place = by_date) as in_order, (select count(*)::integer from fan_outs) as told
         from (select imported_from, row_number() over (order by id) as place,
                      row_number() over (order by published_at) as by_date
                 from posts where imported_from is not null) as imported`,
    ),
  )
  const all = POSTS - POSTS / BOOST_EVERY
  assert.deepEqual(rows, [{ posts: all, addresses: all, in_order: true, told: 0 }])
})

/** Waits until something is written down, ends everything without warning, and starts it again. */
async function killedOnce(what: 'reached' | 'done'): Promise<{ reached: number; done: number }> {
  const client = await adminClient(home.dataDir)
  client.on('error', () => undefined) // it is killed with everything else
  const row = async () => {
    const { rows } = await client.query<{ reached: number; done: number; entries: number }>(
      'select reached, done, entries from archive_imports',
    )
    return rows[0] ?? { reached: 0, done: 0, entries: 0 }
  }
  await until(`a post that is ${what}`, async () => (await row())[what] > 0)
  const seen = await row()
  await home.kill()
  await home.start()
  return seen
}

async function asking<T>(ask: (sql: pg.Client) => Promise<T>): Promise<T> {
  const client = await adminClient(home.dataDir)
  try {
    return await ask(client)
  } finally {
    await client.end()
  }
}

const lastLine = (stdout: string): ArchiveProgress =>
  JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as ArchiveProgress

async function archiveOf(): Promise<Buffer> {
  const picture = pngOf(40, 30, [200, 40, 40], [40, 40, 200])
  const items = Array.from({ length: POSTS }, (_, n) => {
    if (n % BOOST_EVERY === 1) return boostActivity(n)
    const day = new Date(Date.UTC(2015, 0, 1 + n)).toISOString().slice(0, 10)
    const attachment =
      n % PICTURE_EVERY === 0 ? [{ type: 'Document', mediaType: 'image/png', url: `/m/${n}.png` }] : []
    return noteActivity({ id: n + 1, day, more: { attachment } })
  })
  const pictures = Array.from({ length: POSTS / PICTURE_EVERY }, (_, n) => ({
    name: `m/${n * PICTURE_EVERY}.png`,
    bytes: picture,
  }))
  return tarGzOf([...pictures, { name: 'outbox.json', bytes: outboxOf(items) }])
}
