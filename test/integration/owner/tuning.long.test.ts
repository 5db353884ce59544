/** The knobs as their owner reads and turns them over the private listener; battery and a metered line are seen in them. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { USUAL_CONDITIONS } from '../../../server/contracts/child-message.ts'
import type { KnobFacts, KnobName, TuningFacts } from '../../../server/contracts/tuning.ts'
import { setWorkShare } from '../../../server/domain/owner/switches.ts'
import { openLogFolder } from '../../support/log-folder.ts'
import { type OwnerHome, START_KEY, openOwnerHome } from '../../support/owner-home.ts'

const PATH = '/api/homebird/v1/tuning'

const machine = { conditions: USUAL_CONDITIONS }
let home: OwnerHome
before(async () => {
  const logs = await openLogFolder()
  const supervision = logs.supervision()
  home = await openOwnerHome({
    supervision: {
      ...supervision,
      facts: async () => {
        const facts = await supervision.facts()
        return facts === null ? null : { ...facts, conditions: machine.conditions }
      },
    },
    env: {
      HOMEBIRD_STATOR_CONCURRENCY: '20',
      HOMEBIRD_STATOR_CONCURRENCY_PER_MODEL: '4',
      HOMEBIRD_STATOR_CONCURRENCY_PER_HOST: '4',
      HOMEBIRD_CACHES_DEFAULT: 'redis://:hidden-word@cache.example',
    },
  })
  assert.equal((await home.ask(PATH)).status, 401)
  await home.asPage('/api/homebird/v1/session/key', { method: 'POST', body: { key: START_KEY } })
  const form = {
    username: 'ana',
    displayName: 'Ana',
    password: 'correct horse battery',
    domain: 'home.example',
    serviceDomain: null,
  }
  assert.equal((await home.asPage('/api/homebird/v1/setup', { method: 'POST', body: form })).status, 200)
})

async function tuning(): Promise<TuningFacts> {
  const answer = await home.asPage(PATH)
  assert.equal(answer.status, 200, answer.text())
  assert.doesNotMatch(answer.text(), /hidden-word/)
  return answer.json() as unknown as TuningFacts
}

function knob({ knobs }: TuningFacts, name: KnobName): KnobFacts {
  const found = knobs.find((one) => one.name === name)
  assert.ok(found !== undefined, name)
  return found
}

const WORK = ['statorConcurrency', 'statorConcurrencyPerModel', 'statorConcurrencyPerHost'] as const
const inForce = (facts: TuningFacts) => WORK.map((name) => knob(facts, name).inForce)

test('battery, a metered line and the owner’s share lower what runs at once, and each is named', async (t) => {
  t.after(() => {
    machine.conditions = USUAL_CONDITIONS
  })
  assert.deepEqual(inForce(await tuning()), [20, 4, 4])
  machine.conditions = { ...USUAL_CONDITIONS, isOnBattery: true }
  const onBattery = await tuning()
  assert.deepEqual(inForce(onBattery), [10, 2, 2])
  assert.deepEqual([onBattery.sparing, onBattery.share], [['battery'], 0.5])
  machine.conditions = { ...machine.conditions, isMetered: true }
  await setWorkShare(home.db, 0.4)
  const spared = await tuning()
  assert.deepEqual(inForce(spared), [2, 1, 1])
  assert.deepEqual(spared.sparing, ['battery', 'metered', 'owner'])
  await setWorkShare(home.db, 1)
})

test('a knob is turned and taken back; what is out of bounds or no knob changes nothing', async () => {
  const turn = async (name: string, value: unknown) =>
    home.asPage(PATH, { method: 'PUT', body: { name, value } })
  const turned = await turn('pruneDays', '30')
  assert.equal(turned.status, 200, turned.text())
  const after = knob(turned.json() as unknown as TuningFacts, 'pruneDays')
  assert.deepEqual([after.value, after.next, after.usual], ['90', '30', '90'])
  assert.deepEqual(after.range, { least: 0, most: 36_500 })
  for (const [name, value] of [
    ['pruneDays', '-1'],
    ['domain', 'other.example'],
    ['databasePool', '3'],
    ['pruneDays', 'x'.repeat(201)],
  ] as const) {
    assert.equal((await turn(name, value)).status, 422, `${name} ${value.slice(0, 20)}`)
  }
  assert.equal(knob(await tuning(), 'pruneDays').next, '30')
  assert.equal((await turn('pruneDays', null)).status, 200)
  assert.equal(knob(await tuning(), 'pruneDays').next, null)
})
