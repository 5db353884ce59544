import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '../../../server/core/config.ts'

const PRIVATE = 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'
const PUBLIC = 'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8'

const load = (env: Record<string, string>) => loadConfig({ env }).config

test('the keys of web push are taken in either spelling of base64, under the names of the seed system too', () => {
  const standard = `${PRIVATE.replaceAll('-', '+').replaceAll('_', '/')}=`
  for (const key of [PRIVATE, standard]) {
    const config = load({ HOMEBIRD_VAPID_PRIVATE_KEY: key, HOMEBIRD_VAPID_PUBLIC_KEY: PUBLIC })
    assert.deepEqual([config.vapidPrivateKey, config.vapidPublicKey], [PRIVATE, PUBLIC])
  }
  assert.equal(load({ TAKAHE_VAPID_PRIVATE_KEY: PRIVATE }).vapidPrivateKey, PRIVATE)
  assert.equal(load({}).vapidPrivateKey, null)
})

test('keys that do not belong together, or are none, are refused before anything starts, and never shown', () => {
  const other = PUBLIC.replace(/^BP4z/, 'BP5z')
  const cases: ReadonlyArray<readonly [Record<string, string>, RegExp]> = [
    [{ HOMEBIRD_VAPID_PUBLIC_KEY: PUBLIC }, /HOMEBIRD_VAPID_PRIVATE_KEY is not/],
    [{ HOMEBIRD_VAPID_PRIVATE_KEY: PRIVATE, HOMEBIRD_VAPID_PUBLIC_KEY: other }, /belongs to "BP4z9/],
    [{ HOMEBIRD_VAPID_PRIVATE_KEY: 'x'.repeat(42) }, /it holds 31 bytes and must hold 32/],
    [{ HOMEBIRD_VAPID_PRIVATE_KEY: '!' }, /is not base64/],
    [{ HOMEBIRD_VAPID_PRIVATE_KEY: 'A'.repeat(43) }, /no private key of the curve/],
    [{ HOMEBIRD_VAPID_PRIVATE_KEY: '_'.repeat(42) + '8' }, /no private key of the curve/],
  ]
  for (const [env, message] of cases) {
    assert.throws(
      () => load(env),
      (error: Error) => {
        assert.match(error.message, message)
        assert.ok(!error.message.includes(env['HOMEBIRD_VAPID_PRIVATE_KEY'] ?? PRIVATE))
        return true
      },
    )
  }
})
