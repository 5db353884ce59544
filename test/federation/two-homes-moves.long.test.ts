/** Profiles and moves between two complete homes: what one owner sets, the other sees; who moves is followed. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Json } from '../support/http-client.ts'
import { type TwoHomes, openTwoHomes } from '../support/two-homes.ts'
import { until } from '../support/until.ts'

let homes: TwoHomes
before(async () => {
  homes = await openTwoHomes()
})
after(async () => homes?.[Symbol.asyncDispose]())

/** The owner of b follows somebody, who accepts. */
async function benFollows(handle: string): Promise<string> {
  const { owner } = homes.b
  const id = String((await owner.find(handle))['id'])
  await owner.call('POST', `/api/v1/accounts/${id}/follow`)
  await until(`${handle} is followed`, async () => (await owner.relationship(id))['following'])
  return id
}

async function edits(changes: object): Promise<Json> {
  return homes.a.owner.call('PATCH', '/api/v1/accounts/update_credentials', changes)
}

test('every flag and text of a profile reaches who follows, and goes away again', async () => {
  const { b } = homes
  const id = await benFollows(`@${homes.a.handle}`)
  const seen = async (isDone: (account: Json) => boolean): Promise<Json> =>
    until('the profile has arrived', async () => {
      const account = await b.owner.get(`/api/v1/accounts/${id}`)
      return isDone(account) && account
    })
  const flags = ['locked', 'bot', 'discoverable', 'indexable'] as const
  const texts = { display_name: 'Ana II', note: 'I keep bees' }
  const fields_attributes = [{ name: 'Site', value: 'https://ana.example.org/' }]
  await edits({ ...texts, fields_attributes, locked: true, bot: true, discoverable: true, indexable: true })
  const on = await seen((account) => String(account['display_name']) === 'Ana II')
  assert.deepEqual(
    flags.map((flag) => on[flag]),
    [true, true, true, true],
  )
  assert.match(String(on['note']), /I keep bees/)
  assert.match(String(on['fields']?.[0]?.['value']), /href="https:\/\/ana\.example\.org\/"/)
  await edits({
    display_name: 'Ana III',
    fields_attributes: [],
    locked: false,
    bot: false,
    discoverable: false,
    indexable: false,
  })
  const off = await seen((account) => String(account['display_name']) === 'Ana III')
  assert.deepEqual(
    flags.map((flag) => off[flag]),
    [false, false, false, false],
  )
  assert.deepEqual([...(off['fields'] ?? [])], [])
})

test('an identity moves to another by command, and whoever follows it elsewhere comes along', async () => {
  const { a, b } = homes
  assert.equal((await a.home.command('identity', 'add', 'first')).code, 0)
  assert.equal((await a.home.command('identity', 'add', 'second')).code, 0)
  const first = await benFollows('@first@ana.example')
  const early = await a.home.command('identity', 'move', 'first', '@second@ana.example')
  assert.notEqual(early.code, 0)
  assert.match(early.stderr, /to the other names \(aliases\)/)
  const named = await a.home.command('identity', 'alias', 'second', '@first@ana.example')
  assert.equal(named.code, 0, named.stderr)
  const moved = await a.home.command('identity', 'move', 'first', '@second@ana.example')
  assert.equal(moved.code, 0, moved.stderr)
  await until('the follower has come along', async () => {
    const { stdout } = await a.home.command('identity', 'move', 'first', '--json')
    return (JSON.parse(stdout) as { readonly followersLeft: number }).followersLeft === 0
  })
  const second = String((await b.owner.find('@second@ana.example'))['id'])
  await until('the new one is followed', async () => (await b.owner.relationship(second))['following'])
  await until('the old one is not', async () => !(await b.owner.relationship(first))['following'])
  await until('the old one says where to', async () => {
    const old = await b.owner.get(`/api/v1/accounts/${first}`)
    return String(old['moved']?.['acct']) === 'second@ana.example'
  })
})

test('an identity moves to another home, and a follower who lives there comes along too', async () => {
  const { a, b } = homes
  const added = await b.home.command('identity', 'add', 'third')
  assert.equal(added.code, 0, added.stderr)
  const named = await b.home.command('identity', 'alias', 'third', '@second@ana.example')
  assert.equal(named.code, 0, named.stderr)
  const moved = await a.home.command('identity', 'move', 'second', '@third@ben.example')
  assert.equal(moved.code, 0, moved.stderr)
  const third = String((await b.owner.find('@third@ben.example'))['id'])
  await until('the new one is followed', async () => (await b.owner.relationship(third))['following'])
  const second = String((await b.owner.find('@second@ana.example'))['id'])
  await until('the old one is not', async () => !(await b.owner.relationship(second))['following'])
})
