/** What a home without a window is told of battery and line. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { askProgram } from '../../../../server/appliance/machine/ask-program.ts'
import { isOnBattery } from '../../../../server/appliance/machine/battery.ts'
import { watchMachine } from '../../../../server/appliance/machine/watch-machine.ts'
import { until } from '../../../support/until.ts'

type Facts = Readonly<Record<string, string>>

function supplies(t: TestContext, all: Readonly<Record<string, Facts>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'hb-supplies-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, facts] of Object.entries(all)) {
    mkdirSync(join(folder, name))
    for (const [fact, value] of Object.entries(facts)) writeFileSync(join(folder, name, fact), `${value}\n`)
  }
  return folder
}

const MAINS = { type: 'Mains', online: '1' }
const UNPLUGGED = { type: 'Mains', online: '0' }
const FULL = { type: 'Battery', status: 'Not charging' }
const EMPTYING = { type: 'Battery', status: 'Discharging' }
const MOUSE = { type: 'Battery', status: 'Discharging', scope: 'Device' }

test('a laptop without mains is on battery; a desktop, one that charges, and one with a mouse are not', async (t) => {
  const on = async (all: Readonly<Record<string, Facts>>): Promise<boolean> =>
    isOnBattery({ platform: 'linux', supplies: supplies(t, all) })
  assert.equal(await on({ AC: UNPLUGGED, BAT0: EMPTYING }), true)
  assert.equal(await on({ ups: { type: 'UPS', status: 'Discharging' } }), true)
  assert.equal(await on({ AC: MAINS, BAT0: EMPTYING }), false, 'it is calibrated while plugged in')
  assert.equal(await on({ 'ucsi-1': { type: 'USB', online: '1' }, BAT0: FULL }), false)
  assert.equal(await on({ AC: UNPLUGGED, hid: MOUSE }), false)
  assert.equal(await on({}), false)
  assert.equal(await isOnBattery({ platform: 'linux', supplies: '/nowhere/at/all' }), false)
})

test('macOS is asked by its own program, and others tell nothing', async () => {
  const on = async (answer: string): Promise<boolean> =>
    isOnBattery({ platform: 'darwin', ask: async () => answer })
  assert.equal(await on("Now drawing from 'Battery Power'\n -InternalBattery-0 80%"), true)
  assert.equal(await on("Now drawing from 'AC Power'\n"), false)
  assert.equal(
    await isOnBattery({ platform: 'darwin', ask: async () => Promise.reject(new Error('none')) }),
    false,
  )
  assert.equal(await isOnBattery({ platform: 'win32' }), false)
})

test('a home is told at once and whenever it has changed, until the watch ends', async () => {
  const world = { battery: true, metered: null as boolean | null }
  const told: unknown[] = []
  const end = watchMachine(
    { setConditions: (power) => void told.push(power) },
    {
      platform: 'linux',
      env: {},
      lookEveryMs: 5,
      onBattery: async () => world.battery,
      isMetered: async () => world.metered,
    },
  )
  await until('it is told', () => told[0])
  assert.deepEqual(told[0], { isOnBattery: true, isMetered: null })
  Object.assign(world, { battery: false, metered: true })
  const after = { isOnBattery: false, isMetered: true }
  await until('it is told anew', () => told.some((one) => JSON.stringify(one) === JSON.stringify(after)))
  end()
})

test('where the system lets nobody look a home is told by the next look that may', async () => {
  const told: unknown[] = []
  let looks = 0
  const end = watchMachine(
    { setConditions: (power) => void told.push(power) },
    {
      platform: 'linux',
      env: {},
      lookEveryMs: 5,
      onBattery: async () => false,
      isMetered: () => {
        looks += 1
        if (looks < 3) throw new Error('no address may be looked at')
        return Promise.resolve(true)
      },
    },
  )
  await until('it is told', () => told[0])
  assert.deepEqual(told[0], { isOnBattery: false, isMetered: true })
  end()
})

test('a program of the system that is asked is given no secret of the environment', async (t) => {
  process.env['HOMEBIRD_PROBE'] = 'secret'
  t.after(() => delete process.env['HOMEBIRD_PROBE'])
  const given = await askProgram({ program: 'env', args: [] })
  assert.match(given, /^PATH=/m)
  assert.match(given, /^LC_ALL=C$/m)
  assert.doesNotMatch(given, /secret/)
})
