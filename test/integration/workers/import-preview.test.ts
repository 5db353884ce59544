/** A file of servers: what blocking them would take away is told before anything is blocked. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { previewImport } from '../../../server/domain/imports/queue-import.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { importsOf } from '../../support/importing.ts'

const one = await openFakePeer(undefined, { host: 'one.example' })
const home = await openFederationHome({ peers: [one] })
const { db } = home
const ana = one.actor('ana')
const { orderOf, imports, followed } = importsOf(home)

test('a file of servers shows what blocking them takes away, and nothing is blocked yet', async () => {
  await imports('following', ana.handle)
  const file = 'one.example\nquiet.example\none.example\nhome.example\n# by hand\nno name'
  const preview = await previewImport(db, orderOf('domain_blocks', file))
  assert.deepEqual(preview.flaws, [{ line: 6, text: 'no name', reason: 'is no domain name' }])
  assert.deepEqual([preview.entries, preview.repeated], [3, 1])
  const { fresh, domains, loss } = preview.blocks ?? assert.fail('it says nothing about blocks')
  assert.deepEqual([fresh, domains], [2, ['one.example', 'quiet.example']])
  assert.deepEqual([loss.follows, loss.followed], [1, [ana.handle.replace(/^@?/, '@')]])
  assert.equal((await followed()).length, 1)
  assert.deepEqual(await db.selectFrom('domain_blocks').selectAll().execute(), [])
})
