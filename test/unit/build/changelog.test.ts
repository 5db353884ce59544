import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readFragments, withRelease } from '../../../build/changelog.ts'

const HEAD = '# What has changed\n\nNewest first.\n'

test('fragments become points below their kind, security first, the newest release on top', () => {
  const first = withRelease(HEAD, [{ name: 'added-home.md', text: 'A home.\n' }], '1.0.0', '2027-01-02')
  assert.equal(first, `${HEAD}\n## 1.0.0 (2027-01-02)\n\n### New\n\n- A home.\n`)
  const second = withRelease(
    first,
    [
      { name: 'fixed-drafts.md', text: 'Drafts stay,\nalso at night.\n' },
      { name: 'security-keys.md', text: 'Keys are sealed.' },
    ],
    '1.0.1',
    '2027-02-03',
  )
  assert.equal(
    second,
    `${HEAD}\n## 1.0.1 (2027-02-03)\n\n### Security\n\n- Keys are sealed.\n\n### Mended\n\n- Drafts stay, also at night.\n\n## 1.0.0 (2027-01-02)\n\n### New\n\n- A home.\n`,
  )
})

test('what cannot be told is refused, with the remedy', () => {
  const good = [{ name: 'added-home.md', text: 'A home.' }]
  assert.throws(
    () => withRelease(HEAD, good, 'soon', '2027-01-02'),
    /"soon" is no version; write it as 1\.2\.0/,
  )
  assert.throws(() => withRelease(HEAD, [], '1.0.0', '2027-01-02'), /no fragment/)
  assert.throws(
    () => withRelease(HEAD, [{ name: 'better-home.md', text: 'x' }], '1.0.0', '2027-01-02'),
    /better-home/,
  )
  assert.throws(
    () => withRelease(HEAD, [{ name: 'fixed-home.md', text: '\n' }], '1.0.0', '2027-01-02'),
    /is empty/,
  )
  const asks = (name: string, text: string) => () =>
    withRelease(HEAD, [{ name, text }], '1.0.0', '2027-01-02')
  assert.throws(asks('fixed home.md', 'x.'), /is no name of a fragment; write it like fixed-lost-drafts.md/)
  assert.throws(asks('fixed-home.txt', 'x.'), /is no name of a fragment/)
  for (const text of ['# Home\n\nIt is.', '- one\n- two.', 'One.\n\nTwo.', '1. one.'])
    assert.throws(asks('fixed-home.md', text), /more than one paragraph/, text)
  assert.throws(asks('fixed-home.md', 'it was mended'), /does not end as a sentence/)
  const once = withRelease(HEAD, good, '1.0.0', '2027-01-02')
  assert.throws(() => withRelease(once, good, '1.0.0', '2027-01-03'), /already/)
})

test('the fragments that lie here make a release', () => {
  const fragments = readFragments()
  assert.ok(fragments.length === 0 || withRelease(HEAD, fragments, '99.0.0', '2027-01-02').includes('99.0.0'))
})
