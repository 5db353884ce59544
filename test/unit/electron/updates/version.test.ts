/** Which of two versions is the newer one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareVersions, isNewer, isVersion } from '../../../../electron/updates/version.ts'

test('versions stand in the order of Semantic Versioning', () => {
  // The row of semver.org 11.4, continued.
  const row =
    '1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.0.1 1.2.0 1.10.0 2.0.0'.split(
      ' ',
    )
  for (const [place, older] of row.entries()) {
    assert.equal(compareVersions(older, older), 0)
    for (const newer of row.slice(place + 1)) {
      assert.ok(isNewer(newer, older), `${newer} > ${older}`)
      assert.ok(!isNewer(older, newer), `${older} < ${newer}`)
    }
  }
  assert.equal(compareVersions('1.0.0+5', '1.0.0+7'), 0)
})

test('what is no version is neither older nor newer', () => {
  for (const text of [
    '',
    '1',
    '1.2',
    '01.2.3',
    '1.2.3-',
    '1.2.3-01',
    'v1.2.3',
    '1.2.3 ',
    `1.2.3-${'a'.repeat(80)}`,
  ]) {
    assert.equal(isVersion(text), false, text)
    assert.throws(() => isNewer(text, '1.0.0'), /is no version such as 1\.2\.3/)
  }
})
