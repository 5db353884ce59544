/** How the questions of one run share the line. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fetchFailed, fetchTimeout } from '../../../../server/net/fetch-errors.ts'
import { checkSize } from '../../../../server/domain/doctor/outside/check-size.ts'
import { Gate } from '../../../../server/domain/doctor/outside/gate.ts'
import type { OutsideAsk, OutsideWorld } from '../../../../server/domain/doctor/outside/world.ts'

test('what fills the line waits until all the rest is through, also what follows on the rest at once', async () => {
  const gate = new Gate(2)
  const done: string[] = []
  const first = Promise.withResolvers<undefined>()
  const one = gate.pass(async () => {
    await first.promise
    done.push('one')
  })
  const follow = one.then(async () => gate.pass(async () => done.push('two')))
  const heavy = gate.isEmpty().then(() => done.push('heavy'))
  const third = gate.pass(async () => done.push('three'))
  first.resolve(undefined)
  await Promise.all([follow, heavy, third])
  assert.deepEqual([done.at(-1), done.toSorted()], ['heavy', ['heavy', 'one', 'three', 'two']])
})

/** A way on which bodies from so many bytes on come to this end. */
function sizes(most: number, end: Error) {
  const asked: OutsideAsk[] = []
  const world = {
    host: 'home.example',
    key: Buffer.alloc(32),
    isDeep: false,
    isReached: async () => true,
    nonce: () => 'nonce',
    edge: () => null,
    ask: async (ask: OutsideAsk) => {
      asked.push(ask)
      if ((ask.body?.length ?? 0) > most) throw end
      throw fetchTimeout('https://home.example/', 'read', 8_000)
    },
  } as unknown as OutsideWorld
  return { asked, run: async () => checkSize.run(world, {} as never) }
}

test('a body that takes too long has met no limit', async () => {
  const url = 'https://home.example/'
  const usual = sizes(0, fetchTimeout(url, 'read', 8_000))
  await assert.rejects(usual.run(), { code: 'UNAVAILABLE' })
  assert.equal(usual.asked.length, 1)
  const smaller = sizes(2_000_000, fetchFailed(url, 'closed', 'the connection was closed'))
  await assert.rejects(
    smaller.run(),
    { code: 'UNAVAILABLE' },
    'nor when a smaller one does after one that was cut',
  )
  assert.ok(smaller.asked.every(({ isHeavy }) => isHeavy === true))
})
