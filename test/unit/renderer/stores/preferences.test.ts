import assert from 'node:assert/strict'
import { test } from 'node:test'
import { completePreferences } from '../../../../server/contracts/preferences.ts'
import { memoryStorage } from '../../../../renderer/stores/key-value-storage.ts'
import { PreferenceStore } from '../../../../renderer/stores/preferences.ts'
import { openScriptedApi } from '../../../support/scripted-api.ts'

/** A home that keeps what it is told. */
function keeping() {
  let kept: Readonly<Record<string, unknown>> = {}
  return ({ method, body }: { method: string; body: unknown }) => {
    if (method === 'PATCH') kept = { ...kept, ...(body as object) }
    return { body: completePreferences(kept) }
  }
}

test('a change counts at once, is kept by the home, and is there before the home answers the next time', async (t) => {
  const scripted = await openScriptedApi(t, keeping())
  const storage = memoryStorage()
  const preferences = new PreferenceStore(scripted.api, storage)
  const seen: string[] = []
  preferences.subscribe(() => seen.push(preferences.get().theme))
  const changing = preferences.edit({ theme: 'dark' })
  assert.deepEqual(seen, ['dark'])
  await changing
  assert.equal(preferences.isChanged('theme'), true)
  assert.equal(preferences.isChanged('textSize'), false)
  assert.equal(new PreferenceStore(scripted.api, storage).get().theme, 'dark')
})

test('going back to the usual is a change like any other', async (t) => {
  const scripted = await openScriptedApi(t, keeping())
  const preferences = new PreferenceStore(scripted.api, memoryStorage())
  await preferences.edit({ textSize: 20 })
  await preferences.edit({ textSize: null })
  assert.equal(preferences.get().textSize, 16)
  assert.equal(preferences.isChanged('textSize'), false)
})

test('what the home refuses is taken back, and what was changed meanwhile stays', async (t) => {
  const keeps = keeping()
  const scripted = await openScriptedApi(t, (request) =>
    (request.body as { density?: unknown }).density === undefined
      ? keeps(request)
      : { status: 500, body: {} },
  )
  const preferences = new PreferenceStore(scripted.api, memoryStorage())
  const failing = assert.rejects(preferences.edit({ density: 'compact' }))
  const working = preferences.edit({ theme: 'light' })
  assert.deepEqual([preferences.get().density, preferences.get().theme], ['compact', 'light'])
  await Promise.all([failing, working])
  assert.deepEqual([preferences.get().density, preferences.get().theme], ['comfortable', 'light'])
})

test('of changes that follow quickly upon each other the last is what the home keeps and the window shows', async (t) => {
  const keeps = keeping()
  const steps: string[] = []
  const scripted = await openScriptedApi(t, async (request) => {
    const { textSize } = request.body as { readonly textSize: number }
    steps.push(`${textSize} came`)
    await new Promise(setImmediate)
    steps.push(`${textSize} is kept`)
    return keeps(request)
  })
  const preferences = new PreferenceStore(scripted.api, memoryStorage())
  await Promise.all([15, 18, 20].map(async (textSize) => preferences.edit({ textSize })))
  assert.deepEqual(
    steps,
    [15, 18, 20].flatMap((size) => [`${size} came`, `${size} is kept`]),
  )
  assert.equal(preferences.get().textSize, 20)
})

test('without the home, and with nonsense in the browser, the window opens in its usual dress', async (t) => {
  const scripted = await openScriptedApi(t, keeping())
  await scripted.stop()
  const storage = memoryStorage()
  storage.setItem(
    'homebird.preferences',
    JSON.stringify({ theme: 'purple', textSize: 400, density: 'compact' }),
  )
  const preferences = new PreferenceStore(scripted.api, storage)
  await preferences.load()
  const { theme, textSize, density } = preferences.get()
  assert.deepEqual([theme, textSize, density], ['system', 16, 'compact'])
})

test('what is changed while the home is asked is not overwritten by its answer', async (t) => {
  const keeps = keeping()
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<void>()
  const scripted = await openScriptedApi(t, async (request) => {
    if (request.method !== 'GET') return keeps(request)
    const old = keeps(request)
    asked.resolve()
    await answer.promise
    return old
  })
  const preferences = new PreferenceStore(scripted.api, memoryStorage())
  const loading = preferences.load()
  await asked.promise
  await preferences.edit({ theme: 'dark' })
  answer.resolve()
  await loading
  assert.equal(preferences.get().theme, 'dark')
})

test('a home that does not answer has not told anything', async (t) => {
  const scripted = await openScriptedApi(t, keeping())
  const preferences = new PreferenceStore(scripted.api, memoryStorage())
  await preferences.load()
  assert.equal(preferences.isTold, true)
  await scripted.stop()
  const without = new PreferenceStore(scripted.api, memoryStorage())
  await without.load()
  assert.equal(without.isTold, false)
})
