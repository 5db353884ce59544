/** What the owner prefers, by the private routes of the window. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PREFERENCES, type Preferences } from '../../../server/contracts/preferences.ts'
import { openSetUpHome } from '../../support/owner-home.ts'

const home = await openSetUpHome()
const PATH = '/api/homebird/v1/preferences'

async function read(): Promise<Preferences> {
  const answer = await home.asPage(PATH)
  assert.equal(answer.status, 200)
  return JSON.parse(answer.text()) as Preferences
}

const patch = async (body: object) => home.asPage(PATH, { method: 'PATCH', body })

test('a new home prefers what every preference is at first', async () => {
  const usual = Object.fromEntries(Object.entries(PREFERENCES).map(([name, rule]) => [name, rule.usual]))
  assert.deepEqual(await read(), usual)
})

test('what is changed stays, what is left out stays too, null goes back', async () => {
  assert.equal((await patch({ holdSeconds: 30, theme: 'dark' })).status, 200)
  const answer = await patch({ textSize: 18, desktopKinds: [] })
  assert.deepEqual(JSON.parse(answer.text()), await read())
  const { holdSeconds, theme, textSize, desktopKinds } = await read()
  assert.deepEqual([holdSeconds, theme, textSize, desktopKinds], [30, 'dark', 18, []])
  await patch({ theme: null, desktopKinds: null, holdSeconds: null, textSize: null })
  assert.deepEqual(await home.db.selectFrom('owner_preferences').select('name').execute(), [])
  assert.equal((await read()).theme, 'system')
})

test('what a preference cannot be changes nothing at all', async () => {
  const wrong: readonly Readonly<Record<string, unknown>>[] = [
    { textSize: 21 },
    { textSize: 16.5 },
    { textSize: '16' },
    { theme: 'purple' },
    { expandsWarnings: 'true' },
    { holdSeconds: 7 },
    { desktopKinds: 'mention' },
    { desktopKinds: Array.from({ length: 101 }, () => 'mention') },
    { desktopKinds: ['<script>'] },
    { nothing: 1 },
    { constructor: true },
  ]
  for (const body of wrong) {
    const answer = await patch({ autoplaysMotion: true, ...body })
    assert.equal(answer.status, 422, JSON.stringify(body))
  }
  assert.equal((await read()).autoplaysMotion, false)
})

test('apps are told how the owner reads', async () => {
  await patch({ showsMedia: 'hide_all', expandsWarnings: true, autoplaysMotion: true })
  const answer = await home.asPage('/api/v1/preferences')
  const told = JSON.parse(answer.text()) as Record<string, unknown>
  assert.equal(told['reading:expand:media'], 'hide_all')
  assert.equal(told['reading:expand:spoilers'], true)
  assert.equal(told['reading:autoplay:gifs'], true)
})

test('a stranger reads and changes nothing', async () => {
  const asked = await home.asPage(PATH, { headers: { cookie: '' } })
  assert.equal(asked.status, 401)
  const changed = await home.asPage(PATH, {
    method: 'PATCH',
    body: { theme: 'dark' },
    headers: { cookie: '' },
  })
  assert.equal(changed.status, 401)
})
