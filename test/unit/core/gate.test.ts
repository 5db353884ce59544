import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Gate } from '../../../server/core/gate.ts'

/** Enters and says so. */
function entering(gate: Gate, key: string, inside: string[], name: string): Promise<() => void> {
  return gate.enter(key).then((leave) => {
    inside.push(name)
    return leave
  })
}

test('no more than so many are inside, of one key even fewer, and whoever waits goes in when there is room', async () => {
  const gate = new Gate(3, 2)
  const inside: string[] = []
  const first = await entering(gate, 'a', inside, 'a1')
  await entering(gate, 'a', inside, 'a2')
  const third = entering(gate, 'a', inside, 'a3')
  await entering(gate, 'b', inside, 'b1')
  const fifth = entering(gate, 'c', inside, 'c1')
  await Promise.resolve()
  assert.deepEqual(inside, ['a1', 'a2', 'b1'])
  first()
  first()
  await third
  assert.deepEqual(inside, ['a1', 'a2', 'b1', 'a3'])
  ;(await third)()
  await fifth
  assert.deepEqual(inside, ['a1', 'a2', 'b1', 'a3', 'c1'])
})
