/** Who asks the doctor gets a look that began after they asked; a look of nobody's asking is shared with whatever runs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '../../../server/core/config.ts'
import { createLogger } from '../../../server/core/log.ts'
import type { DoctorCheck } from '../../../server/domain/doctor/check.ts'
import { Doctor } from '../../../server/domain/doctor/doctor.ts'
import { openTestCaches } from '../../support/test-caches.ts'
import { openTestDatabase } from '../../support/test-database.ts'
import { openTestMedia } from '../../support/test-media.ts'
import { until } from '../../support/until.ts'

const clock = { now: () => new Date(), monotonicMs: () => performance.now() }

/** A check that reads at once and answers when it is let go, as one does that asks far away. */
class SlowCheck implements DoctorCheck {
  readonly name = 'slow'
  readonly held: PromiseWithResolvers<void>[] = []
  world = 'before'

  async run(): Promise<{ state: 'good'; facts: { seen: string } }> {
    const seen = this.world
    const gate = Promise.withResolvers<void>()
    this.held.push(gate)
    await gate.promise
    return { state: 'good', facts: { seen } }
  }
}

async function openDoctor(): Promise<{ doctor: Doctor; other: Doctor; check: SlowCheck }> {
  const { db } = await openTestDatabase()
  const parts = {
    db,
    clock,
    log: createLogger('test', 'silent'),
    config: loadConfig({ env: {} }).config,
    caches: openTestCaches(clock),
    media: openTestMedia().media,
    purger: null,
    dir: null,
    facts: () => Promise.resolve(null),
  }
  const ways = {
    openWorld: () => Promise.resolve(null),
    peerProvedAt: () => Promise.resolve(null),
    judged: () => Promise.resolve(),
  }
  const check = new SlowCheck()
  return { doctor: new Doctor(parts, [check], ways), other: new Doctor(parts, [check], ways), check }
}

const seenIn = ({ findings }: Awaited<ReturnType<Doctor['run']>>): unknown => findings[0]?.facts['seen']

async function letGo(check: SlowCheck, number: number): Promise<void> {
  await until(`look ${number} begins`, () => check.held.length >= number)
  check.held[number - 1]?.resolve()
}

test('whoever asks while a look runs is shown what has changed since it began, and all who wait share one', async () => {
  const { doctor, check } = await openDoctor()
  const round = doctor.run('automatic')
  await until('the round begins', () => check.held.length === 1)
  check.world = 'after'
  const asked = [doctor.run('asked'), doctor.run('asked')]
  const joined = doctor.run('automatic')
  await letGo(check, 1)
  assert.deepEqual([seenIn(await round), seenIn(await joined)], ['before', 'before'])
  await letGo(check, 2)
  assert.deepEqual((await Promise.all(asked)).map(seenIn), ['after', 'after'])
  assert.equal(check.held.length, 2)
  // None of them is taken for one that still waits.
  const next = doctor.run('asked')
  await letGo(check, 3)
  assert.equal(seenIn(await next), 'after')
})

test('a look of another server does not answer for what was asked here', async () => {
  const { doctor, other, check } = await openDoctor()
  const round = other.run('automatic')
  await until('the other looks', () => check.held.length === 1)
  check.world = 'after'
  const asked = doctor.run('asked')
  await letGo(check, 1)
  await round
  await letGo(check, 2)
  assert.equal(seenIn(await asked), 'after')
})
