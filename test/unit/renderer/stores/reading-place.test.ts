import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type KeyValueStorage, memoryStorage } from '../../../../renderer/stores/key-value-storage.ts'
import { ReadingPlace } from '../../../../renderer/stores/reading-place.ts'
import { type ScriptedReply, type ScriptedRequest, openScriptedApi } from '../../../support/scripted-api.ts'
import { until } from '../../../support/until.ts'

const NOW = '2026-11-29T09:12:00.000Z'

/** Keeps one marker, as the home does. */
class MarkerHome {
  marker: string | null
  /** So many writings meet another device's. */
  conflicts = 0
  isDown = false

  constructor(marker: string | null) {
    this.marker = marker
  }

  answer({ method, body }: ScriptedRequest): ScriptedReply {
    if (this.isDown) return { status: 503, body: { error: 'away' } }
    if (method === 'POST') {
      if (this.conflicts > 0) {
        this.conflicts -= 1
        return { status: 409, body: { error: 'Conflict during update, please try again' } }
      }
      this.marker = (body as { home: { last_read_id: string } }).home.last_read_id
    }
    const home = { last_read_id: this.marker, version: 1, updated_at: '2026-11-29T08:00:00.000Z' }
    return { body: this.marker === null ? {} : { home } }
  }
}

async function openPlace(t: TestContext, marker: string | null, storage: KeyValueStorage = memoryStorage()) {
  const home = new MarkerHome(marker)
  const scripted = await openScriptedApi(t, (request) => home.answer(request))
  const place = new ReadingPlace(scripted.api, storage, { now: () => new Date(NOW), tellAfterMs: 0 })
  t.after(() => place.close())
  const hasTold = async (id: string): Promise<unknown> =>
    until(`${id} is told`, async () => home.marker === id)
  return { home, scripted, place, storage, hasTold }
}

test('the place of this browser is found again with its time', async (t) => {
  const { place, storage, scripted } = await openPlace(t, null)
  assert.equal(await place.find(), null)
  place.save('50')
  const later = new ReadingPlace(scripted.api, storage)
  const found = await later.find()
  assert.deepEqual([found?.id, found?.at], ['50', NOW])
})

test('what another device told since wins at the next start', async (t) => {
  const { home, place, storage, scripted, hasTold } = await openPlace(t, null)
  await place.find()
  place.save('50')
  await hasTold('50')
  home.marker = '70'
  assert.equal((await new ReadingPlace(scripted.api, storage).find())?.id, '70')
})

test('a rest tells the home, and only ever forwards', async (t) => {
  const { home, scripted, place, hasTold } = await openPlace(t, '40')
  await place.find()
  place.save('60')
  await hasTold('60')
  const told = scripted.requests.filter(({ method }) => method === 'POST').length
  place.save('45')
  const asked = scripted.requests.length
  await until('it has looked', async () => scripted.requests.length > asked)
  assert.equal(scripted.requests.filter(({ method }) => method === 'POST').length, told)
  assert.equal(home.marker, '60')
})

test('two that tell at one moment: the later one tells again', async (t) => {
  const { home, place, hasTold } = await openPlace(t, '40')
  await place.find()
  home.conflicts = 1
  place.save('60')
  await hasTold('60')
})

test('a reader is not moved by another device that read further, but asked', async (t) => {
  const { home, place } = await openPlace(t, '40')
  await place.find()
  place.save('50')
  home.marker = '90'
  await place.look()
  assert.deepEqual([place.current?.id, place.elsewhere.get()?.id], ['50', '90'])
  place.save('95')
  assert.equal(place.elsewhere.get(), null)
})

test('without an answer of the home the place of this browser stands', async (t) => {
  const { home, place, storage, scripted } = await openPlace(t, '40')
  await place.find()
  place.save('50')
  home.isDown = true
  assert.equal((await new ReadingPlace(scripted.api, storage).find())?.id, '50')
  await place.look()
  assert.equal(place.elsewhere.get(), null)
})
