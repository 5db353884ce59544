import assert from 'node:assert/strict'
import type { NetworkInterfaceInfo } from 'node:os'
import { type TestContext, test } from 'node:test'
import {
  defaultRoutes4,
  defaultRoutes6,
  networkFrom,
  watchLink,
} from '../../../server/appliance/link-watch.ts'
import { HandClock } from '../../support/hand-clock.ts'

/** The wall clock runs on while the machine sleeps, the other does not. */
class SleepyClock extends HandClock {
  asleepMs = 0

  override now(): Date {
    return new Date(super.now().getTime() + this.asleepMs)
  }
}

function watched(t: TestContext) {
  const clock = new SleepyClock()
  const world = { network: 'eth0 192.0.2.10', looks: 0 }
  const noticed: string[] = []
  const end = watchLink({
    clock,
    wait: clock.wait,
    network: () => {
      world.looks += 1
      return world.network
    },
    noticed: (why, sleptMs) => noticed.push(why === 'resume' ? `resume ${sleptMs}` : why),
  })
  t.after(end)
  return { clock, world, noticed, end }
}

test('nothing is told while nothing happens', async (t) => {
  const { clock, noticed } = watched(t)
  await clock.advance(600_000)
  assert.deepEqual(noticed, [])
})

test('another network is told once it has settled, within two seconds', async (t) => {
  const { clock, world, noticed } = watched(t)
  await clock.advance(10_500)
  world.network = 'wlan0 198.51.100.7'
  await clock.advance(600)
  assert.deepEqual(noticed, [])
  world.network = 'wlan0 198.51.100.7, 2001:db8::7'
  await clock.advance(1_400)
  assert.deepEqual(noticed, ['network'])
  await clock.advance(60_000)
  assert.deepEqual(noticed, ['network'])
})

test('a network that never settles is told all the same', async (t) => {
  const { clock, world, noticed } = watched(t)
  for (let step = 0; step < 40; step += 1) {
    world.network = `wlan0 ${step}`
    await clock.advance(200)
  }
  assert.ok(noticed.length >= 2)
})

test('a machine that slept is told as such, also where it wakes on another network', async (t) => {
  const { clock, world, noticed } = watched(t)
  await clock.advance(5_000)
  clock.asleepMs += 3_600_000
  world.network = 'wlan0 198.51.100.7'
  await clock.advance(2_000)
  assert.deepEqual(noticed, ['resume 3600000'])
})

test('a wall clock that is put right, back or by little, is no sleep', async (t) => {
  const { clock, noticed } = watched(t)
  clock.asleepMs -= 3_600_000
  await clock.advance(2_000)
  clock.asleepMs += 4_000
  await clock.advance(2_000)
  assert.deepEqual(noticed, [])
})

test('once it is ended it looks no more', async (t) => {
  const { clock, world, end } = watched(t)
  await clock.advance(1_000)
  end()
  await clock.settle()
  const { looks } = world
  await clock.advance(60_000)
  assert.equal(world.looks, looks)
})

const infoOf = (address: string, internal = false): NetworkInterfaceInfo =>
  ({ address, netmask: '255.255.255.0', internal }) as NetworkInterfaceInfo

test('a network is its addresses and its gateways; what every cable has by itself is none of it', () => {
  const home = networkFrom({ eth0: [infoOf('192.0.2.10')] }, ['eth0 010200C0'])
  const noise = {
    lo: [infoOf('127.0.0.1', true)],
    veth1: [infoOf('fe80::1'), infoOf('169.254.3.4')],
    eth0: [infoOf('192.0.2.10')],
  }
  assert.equal(networkFrom(noise, ['eth0 010200C0']), home)
  assert.notEqual(networkFrom({ eth0: [infoOf('192.0.2.11')] }, ['eth0 010200C0']), home)
  assert.notEqual(networkFrom({ eth0: [infoOf('192.0.2.10')] }, ['eth0 020200C0']), home)
  assert.notEqual(networkFrom({ eth0: [infoOf('192.0.2.10')] }, []), home)
})

test('default routes are read from the tables of Linux', () => {
  const four = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
`
  assert.deepEqual(defaultRoutes4(four), ['eth0 010200C0'])
  const zero = '0'.repeat(32)
  const gateway = 'fe800000000000000000000000000001'
  const six = `${zero} 00 ${zero} 00 ${gateway} 00000400 00000001 00000000 00000003     eth0
20010db8000000000000000000000000 40 ${zero} 00 ${zero} 00000100 00000001 00000000 00000001     eth0
${zero} 00 ${zero} 00 ${zero} ffffffff 00000001 00000000 00200200       lo
`
  assert.deepEqual(defaultRoutes6(six), [`eth0 ${gateway}`])
  assert.deepEqual([defaultRoutes4(''), defaultRoutes6('')], [[], []])
})
