/** A page of the database is not what was written: the read that meets it fails, and the owner learns of it. */
import assert from 'node:assert/strict'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DamageWatch } from '../../server/appliance/disk/damage-watch.ts'
import { withClient } from '../../server/db/connection.ts'
import { openTestAppliance } from '../support/test-appliance.ts'

const PAGE_BYTES = 8_192

test('a damaged page is told once, with what to do', async (t) => {
  const { start, dataDir } = openTestAppliance(t)
  const first = await start()
  const file = await withClient(first.connection(), async (client) => {
    await client.query(
      'create table kept as select n, repeat(md5(n::text), 20) as text from generate_series(1, 500) n',
    )
    await client.query('checkpoint').catch(() => undefined) // the role of the home may not; the stop writes all pages
    const { rows } = await client.query<{ path: string }>(`select pg_relation_filepath('kept') as path`)
    return rows[0]?.path ?? ''
  })
  await first.stop()
  damage(join(dataDir, 'postgres', '18', file))
  const second = await start()
  const found: string[] = []
  const watch = new DamageWatch({
    connection: () => second.connection(),
    found: (message) => found.push(message),
  })
  await watch.look()
  assert.deepEqual(found, [])
  await assert.rejects(
    withClient(second.connection(), (client) => client.query('select count(text) from kept')),
    { code: 'XX001' },
  )
  await watch.look()
  await watch.look()
  assert.equal(found.length, 1)
  assert.match(found[0] ?? '', /has read 1 damaged page\(s\).*homebird restore/)
  assert.equal(watch.hasFound, true)
})

/** In the midst of the second page. */
function damage(file: string): void {
  const descriptor = openSync(file, 'r+')
  try {
    writeSync(descriptor, Buffer.alloc(64, 0x5a), 0, 64, PAGE_BYTES + 4_000)
  } finally {
    closeSync(descriptor)
  }
}
