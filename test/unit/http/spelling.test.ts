/** The spellings of one address. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalUrl } from '../../../server/http/plugins/spelling.ts'

for (const [given, meant] of [
  ['/api/v1/instance/', '/api/v1/instance'],
  ['/oauth/authorize/?client_id=a/', '/oauth/authorize?client_id=a/'],
  ['/api/v1/accounts/1', '/api/v1/accounts/1'],
  ['/@ana/', '/@ana/'],
  ['/ap/actors/1/', '/ap/actors/1/'],
  ['/api/v1/instance//', '/api/v1/instance/'],
] as const) {
  test(`${given} means ${meant}`, () => assert.equal(canonicalUrl(given), meant))
}
