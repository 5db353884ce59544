import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actingAs } from '../../../../renderer/api/acting-as.ts'
import { forgetIdentity } from '../../../../renderer/stores/forget-identity.ts'
import { chooseIdentity, chosenIdentity, storageOfIdentity } from '../../../../renderer/stores/identity.ts'
import { memoryStorage } from '../../../../renderer/stores/key-value-storage.ts'

test('an identity is chosen until another is, and what is no id is none', () => {
  const storage = memoryStorage()
  assert.equal(chosenIdentity(storage), null)
  chooseIdentity(storage, '112')
  assert.equal(chosenIdentity(storage), '112')
  chooseIdentity(storage, null)
  assert.equal(chosenIdentity(storage), null)
  storage.setItem('homebird.identity', '"../1"')
  assert.equal(chosenIdentity(storage), null)
})

test('what one identity keeps is not what another keeps, and the oldest has what was there before', () => {
  const storage = memoryStorage()
  storage.setItem('homebird.drafts', 'of the oldest')
  const oldest = storageOfIdentity(storage, null)
  const other = storageOfIdentity(storage, '112')
  assert.equal(oldest.getItem('homebird.drafts'), 'of the oldest')
  assert.equal(other.getItem('homebird.drafts'), null)
  other.setItem('homebird.drafts', 'of the other')
  assert.equal(oldest.getItem('homebird.drafts'), 'of the oldest')
  other.removeItem('homebird.drafts')
  assert.equal(oldest.getItem('homebird.drafts'), 'of the oldest')
})

test('every request names the identity, beside what it says itself', async () => {
  const seen: Headers[] = []
  const send = actingAs(
    async (_input, init) => {
      seen.push(new Headers(init?.headers))
      return Response.json({})
    },
    '112',
    assert.fail,
  )
  await send('/api/v1/markers', { headers: { accept: 'application/json' } })
  assert.equal(seen[0]?.get('x-homebird-identity'), '112')
  assert.equal(seen[0]?.get('accept'), 'application/json')
})

test('an identity that is gone is told once; another refusal is not told, and the answer stays whole', async () => {
  const answers = ['no', 'identity_gone', 'identity_gone'].map((error) =>
    Response.json({ error }, { status: 403 }),
  )
  let told = 0
  const send = actingAs(
    async () => answers.shift() ?? assert.fail(),
    '112',
    () => (told += 1),
  )
  assert.deepEqual(await (await send('/')).json(), { error: 'no' })
  assert.equal(told, 0)
  assert.deepEqual(await (await send('/')).json(), { error: 'identity_gone' })
  await send('/')
  assert.equal(told, 1)
})

test('whoever names another identity means that one, and its end is not the end of the window’s own', async () => {
  const seen: (string | null)[] = []
  const send = actingAs(
    async (_input, init) => {
      seen.push(new Headers(init?.headers).get('x-homebird-identity'))
      return Response.json({ error: 'identity_gone' }, { status: 403 })
    },
    '112',
    assert.fail,
  )
  const answer = await send('/', { headers: { 'x-homebird-identity': '7' } })
  assert.deepEqual([seen, answer.status], [['7'], 403])
})

test('of an identity that is deleted nothing stays, and what others keep does', () => {
  const storage = memoryStorage()
  const keys = ['homebird.drafts', 'homebird.drafts.open', 'homebird.reading-place', 'homebird.deletions']
  const fill = (): void => {
    for (const key of keys)
      for (const id of [null, '7', '112']) storageOfIdentity(storage, id).setItem(key, '1')
  }
  const kept = (id: string | null): number =>
    keys.filter((key) => storageOfIdentity(storage, id).getItem(key) !== null).length
  storage.setItem('homebird.preferences', '{}')
  fill()
  forgetIdentity(storage, '112', false)
  assert.deepEqual([kept(null), kept('7'), kept('112')], [4, 4, 0])
  fill()
  forgetIdentity(storage, '7', true)
  assert.deepEqual([kept(null), kept('7'), kept('112')], [0, 0, 4])
  assert.equal(storage.getItem('homebird.preferences'), '{}')
})
