/** Settings that are turned in the window: where they come from, what counts next, what is refused. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerSettings } from '../../../server/appliance/kept-settings.ts'
import type { KnobName, SettingsAnswer } from '../../../server/contracts/tuning.ts'
import { keptSettings } from '../../support/log-folder.ts'

function desk(env: Readonly<Record<string, string>> = {}) {
  const needs = keptSettings(env)
  const keep = (name: KnobName, value: string | null): SettingsAnswer =>
    answerSettings(needs, { kind: 'settings', ask: 'keep', name, value })
  return { keep, said: needs.said, show: () => answerSettings(needs, { kind: 'settings', ask: 'show' }) }
}

test('what is turned counts next, and is taken back to what the home chooses', () => {
  const { keep, said, show } = desk()
  assert.equal(show().next.statorConcurrency, 'auto')
  assert.deepEqual(show().origins.statorConcurrency, { from: 'default', variable: null, isAutomatic: true })
  const turned = keep('statorConcurrency', ' 12 ')
  assert.equal(turned.next.statorConcurrency, '12')
  assert.deepEqual(
    turned.origins.statorConcurrency,
    show().origins.statorConcurrency,
    'it counts from the next start',
  )
  assert.equal(keep('remoteTimeout', '[5,15,15,5]').next.remoteTimeout, '[5, 15, 15, 5]')
  assert.equal(keep('statorConcurrency', null).next.statorConcurrency, 'auto')
  assert.match(said.join(), /HOMEBIRD_STATOR_CONCURRENCY was set in the window/)
  assert.match(said.join(), /HOMEBIRD_STATOR_CONCURRENCY was taken back in the window/)
})

test('a value out of its bounds, a knob of elsewhere, one that is no knob and one that is set outside are refused', () => {
  const { keep, said, show } = desk({ TAKAHE_REMOTE_TIMEOUT: '4' })
  const before = show()
  assert.throws(() => keep('statorConcurrency', '0'), /is "0", but it must lie between 1 and 1000/)
  assert.throws(() => keep('databasePool', '4'), /databasePool is no setting that is turned here/)
  assert.throws(() => keep('domain' as KnobName, 'x.example'), /domain is no setting that is turned here/)
  assert.throws(() => keep('constructor' as KnobName, 'x'), /is no setting that is turned here/)
  assert.throws(() => keep('remoteTimeout', '9'), /set where Homebird is started/)
  assert.deepEqual(show(), before)
  assert.deepEqual(said, [])
  assert.deepEqual(before.origins.remoteTimeout, {
    from: 'variable',
    variable: 'TAKAHE_REMOTE_TIMEOUT',
    isAutomatic: false,
  })
})
