import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { firstSight } from '../../../../renderer/stores/first-sight.ts'
import { HomeTimeline } from '../../../../renderer/stores/home-timeline.ts'
import { PostStore } from '../../../../renderer/stores/posts.ts'
import { Session } from '../../../../renderer/stores/session.ts'
import { openScriptedApi } from '../../../support/scripted-api.ts'
import { statusOf } from '../../../support/statuses.ts'

async function openParts(t: TestContext, phase: string) {
  const scripted = await openScriptedApi(t, ({ path }) => ({
    body: path.endsWith('/state') ? { phase } : [statusOf('1')],
  }))
  const session = new Session(scripted.api)
  const timeline = new HomeTimeline(scripted.api, new PostStore())
  return { scripted, session, timeline, isHome: true, mostMs: 60_000 }
}

/** Whether it is there by now, as far as all that can run has run. */
async function isSeen(sight: Promise<void>): Promise<boolean> {
  const later = new Promise<false>((resolve) => setImmediate(() => resolve(false)))
  return Promise.race([sight.then(() => true as const), later])
}

test('the home is drawn with its first posts and not before', async (t) => {
  const parts = await openParts(t, 'signed_in')
  const sight = firstSight(parts)
  assert.equal(await isSeen(sight), false)
  await parts.session.refresh()
  assert.equal(await isSeen(sight), false)
  await parts.timeline.start(null)
  await sight
})

test('another page waits for nobody but whoever sits there', async (t) => {
  const parts = { ...(await openParts(t, 'signed_in')), isHome: false }
  const sight = firstSight(parts)
  await parts.session.refresh()
  await sight
})

for (const phase of ['signed_out', 'needs_key', 'needs_set_up']) {
  test(`who is not in sees the way in at once: ${phase}`, async (t) => {
    const parts = await openParts(t, phase)
    const sight = firstSight(parts)
    await parts.session.refresh()
    await sight
  })
}

test('a home that does not answer is told, and so is a timeline that failed', async (t) => {
  const away = await openParts(t, 'signed_in')
  await away.scripted.stop()
  const sight = firstSight(away)
  await away.session.refresh()
  await sight
  const broken = await openParts(t, 'signed_in')
  const later = firstSight(broken)
  await broken.session.refresh()
  await broken.scripted.stop()
  await broken.timeline.start(null)
  await later
})

test('after a while it is drawn with what there is', async (t) => {
  await firstSight({ ...(await openParts(t, 'signed_in')), mostMs: 1 })
})
