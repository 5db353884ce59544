/** A database that says nothing for a minute is ended by force, and no other. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AnswerWatch } from '../../../server/appliance/answer-watch.ts'

const CONNECTION = {
  host: '/none',
  port: 1,
  user: 'u',
  password: 'p',
  database: 'd',
  ssl: 'disable',
} as const

function openWatch() {
  const said: string[] = []
  let nowMs = 0
  const open = () => {
    const life = { connection: CONNECTION, ends: 0, endByForce: () => void (life.ends += 1) }
    return life
  }
  const world = { life: open() as ReturnType<typeof open> | null, isAnswering: true, sleepsMs: 0 }
  const watch = new AnswerWatch({
    clock: { monotonicMs: () => nowMs },
    life: () => world.life,
    ask: () => {
      nowMs += world.sleepsMs
      return Promise.resolve(world.isAnswering)
    },
    notice: (message) => said.push(message),
  })
  const looks = async (times: number, everyMs = 10_000): Promise<void> => {
    for (let look = 0; look < times; look += 1) {
      nowMs += everyMs
      await watch.look()
    }
  }
  return { open, world, looks, said }
}

test('silence for a minute ends it by force, once a minute', async () => {
  const { world, looks, said } = openWatch()
  await looks(3)
  world.isAnswering = false
  await looks(5)
  assert.deepEqual([world.life?.ends, said], [0, []])
  await looks(1)
  assert.equal(world.life?.ends, 1)
  assert.match(said.join(), /no answer for 60 s and is started again/)
  await looks(5)
  assert.equal(world.life.ends, 1)
  await looks(1)
  assert.equal(world.life.ends, 2)
})

test('an answer in between, another life, and a machine that slept begin the minute anew', async () => {
  const { open, world, looks, said } = openWatch()
  world.isAnswering = false
  await looks(6)
  world.isAnswering = true
  await looks(1)
  world.isAnswering = false
  await looks(5)
  world.life = open()
  await looks(6)
  await looks(1, 3_600_000)
  await looks(5)
  world.life = null
  await looks(20)
  assert.deepEqual(said, [])
})

test('without a way to it nothing answers', async () => {
  let nowMs = 0
  let ends = 0
  const life = { connection: CONNECTION, endByForce: () => void (ends += 1) }
  const watch = new AnswerWatch({
    clock: { monotonicMs: () => nowMs },
    life: () => life,
    notice: () => undefined,
  })
  for (let look = 0; look < 7; look += 1) {
    nowMs += 10_000
    await watch.look()
  }
  assert.equal(ends, 1)
})

test('a machine that sleeps in the midst of a question wakes with a database that is well', async () => {
  const { world, looks } = openWatch()
  await looks(1)
  world.isAnswering = false
  world.sleepsMs = 3_600_000
  await looks(1)
  world.sleepsMs = 0
  await looks(6)
  assert.equal(world.life?.ends, 0)
  await looks(1)
  assert.equal(world.life?.ends, 1)
})
