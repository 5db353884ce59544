/** What the shell tells the home of the machine; Electron's `powerMonitor` is an emitter, the system's programs are files. */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ElectronParts } from '../../../../electron/electron-parts.ts'
import {
  findMetered,
  keepMetered,
  readNetworkManager,
  readNmcli,
  readWindowsCost,
} from '../../../../server/appliance/machine/metered.ts'
import { openPower } from '../../../../electron/shell/power.ts'
import { until } from '../../../support/until.ts'

class Monitor extends EventEmitter {
  isOnBattery = false
  isOnBatteryPower(): boolean {
    return this.isOnBattery
  }
}

function scene() {
  const monitor = new Monitor()
  const told: unknown[] = []
  const errors: unknown[] = []
  const line = { isMetered: null as boolean | null }
  const slow = Promise.withResolvers<void>()
  const home = {
    suspend: async () => {
      told.push('suspend')
      await slow.promise
      told.push('suspended')
    },
    resume: async () => void told.push('resume'),
    setConditions: (conditions: unknown) => void told.push(conditions),
  }
  const world = { home: home as typeof home | null }
  const power = openPower(
    { powerMonitor: monitor as unknown as ElectronParts['powerMonitor'] },
    {
      home: () => world.home,
      isMetered: async (isAnew) => {
        if (isAnew) told.push('asked anew')
        return line.isMetered
      },
      failed: (error) => errors.push(error),
      lookEveryMs: 5,
    },
  )
  return { monitor, told, errors, line, slow, world, power }
}

test('battery, mains and a metered line are told as they change, and to a home that has just started', async () => {
  const { monitor, told, line, power } = scene()
  assert.deepEqual(told[0], { isOnBattery: false, isMetered: null })
  monitor.isOnBattery = true
  monitor.emit('on-battery')
  assert.deepEqual(told.at(-1), { isOnBattery: true, isMetered: null })
  line.isMetered = true
  await until('the line is looked at', () =>
    JSON.stringify(told.at(-1)) === '{"isOnBattery":true,"isMetered":true}' ? true : null,
  )
  monitor.isOnBattery = false
  monitor.emit('on-ac')
  power.tell()
  assert.deepEqual(told.at(-1), { isOnBattery: false, isMetered: true })
  power.close()
  assert.equal(monitor.eventNames().length, 0)
})

test('a machine that wakes at once opens the way in after it was closed; without a home nothing is told', async () => {
  const { monitor, told, errors, slow, world, power } = scene()
  monitor.emit('suspend')
  monitor.emit('resume')
  await until('it goes to sleep', () => (told.includes('suspend') ? true : null))
  assert.ok(!told.includes('resume'))
  slow.resolve()
  await until('it is awake', () => (told.includes('resume') ? true : null))
  assert.deepEqual(
    told.filter((what) => typeof what === 'string' && what !== 'asked anew'),
    ['suspend', 'suspended', 'resume'],
  )
  assert.ok(told.includes('asked anew'), 'another line may be there after a sleep')
  world.home = null
  monitor.emit('suspend')
  monitor.emit('on-battery')
  assert.deepEqual(errors, [])
  power.close()
})

test('a home that fails to go to sleep, as one that is quitting, is told and still wakes', async () => {
  const { monitor, told, errors, slow, power } = scene()
  slow.reject(new Error('the home is stopping'))
  monitor.emit('suspend')
  monitor.emit('resume')
  await until('it is awake', () => (told.includes('resume') ? true : null))
  assert.match(String(errors), /the home is stopping/)
  power.close()
})

test('what systems say of the line is understood, and everything else is unknown', () => {
  assert.deepEqual(['u 1\n', 'u 3\n', 'u 2\n', 'u 4\n', 'u 0\n', 'Failed', ''].map(readNetworkManager), [
    true,
    true,
    false,
    false,
    null,
    null,
    null,
  ])
  assert.deepEqual(['unknown\nyes\n', 'yes (guessed)\n', 'no\nunknown', 'unknown', ''].map(readNmcli), [
    true,
    true,
    false,
    null,
    null,
  ])
  assert.deepEqual(['1\r\n', '2\r\n', '3', '0', ''].map(readWindowsCost), [false, true, true, null, null])
})

test('real programs are asked with an array of words; one that is missing or fails is no answer', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hb metered '))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const { PATH: before } = process.env
  t.after(() => void (process.env['PATH'] = before))
  process.env['PATH'] = `${folder}:${before}`
  const program = (name: string, text: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  program('busctl', '[ "$#" = 7 ] && [ "$2" = --auto-start=no ] && [ "$7" = Metered ] && echo "u 3"')
  assert.equal(await findMetered({ platform: 'linux', env: {} }), true)
  program('busctl', 'exit 1')
  program('nmcli', 'echo unknown; echo no')
  assert.equal(await findMetered({ platform: 'linux', env: {} }), false)
  program('nmcli', 'exit 10')
  assert.equal(await findMetered({ platform: 'linux', env: {} }), null)
  assert.equal(await findMetered({ platform: 'darwin', env: {} }), null)
  assert.equal(
    await findMetered({
      platform: 'win32',
      env: { SystemRoot: String.raw`C:\Windows` },
      ask: async () => '2',
    }),
    true,
  )
})

test('a line is asked about once for all, and again when it is another, after a quarter of an hour, or when told to', async () => {
  const world = { line: 'wlan0 192.0.2.1', now: 0, asked: 0 }
  const isMetered = keepMetered({
    find: async () => {
      world.asked += 1
      return world.asked > 1
    },
    line: () => world.line,
    now: () => world.now,
  })
  assert.deepEqual(await Promise.all([isMetered(), isMetered()]), [false, false])
  world.now = 14 * 60_000
  assert.equal(await isMetered(), false)
  assert.equal(world.asked, 1)
  world.now = 15 * 60_000
  assert.equal(await isMetered(), true)
  world.line = 'usb0 198.51.100.1'
  await isMetered()
  await isMetered()
  assert.equal(world.asked, 3)
  await isMetered(true)
  assert.equal(world.asked, 4)
})
