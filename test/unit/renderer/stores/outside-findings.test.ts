import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type DoctorCode, type DoctorFinding, OUTSIDE_CODES } from '../../../../server/contracts/doctor.ts'
import { sortOutside } from '../../../../renderer/stores/outside-findings.ts'

const LOCALES = join(import.meta.dirname, '..', '..', '..', '..', 'renderer', 'locales')

const codeOf = (code: DoctorCode['code']): DoctorCode => ({
  code,
  weight: OUTSIDE_CODES[code],
  hop: 'edge',
  facts: {},
  lines: null,
})

const findingOf = (
  name: string,
  state: DoctorFinding['state'],
  codes: readonly DoctorCode[] = [],
  isIgnored = false,
): DoctorFinding => ({
  name,
  state,
  facts: {},
  checkedAt: '2026-03-01T12:00:00Z',
  isIgnored,
  hasFix: false,
  codes,
})

test('whatever may be found from outside has a sentence and an act in every language', () => {
  for (const locale of ['en', 'de', 'ar']) {
    const words = JSON.parse(readFileSync(join(LOCALES, locale, 'outside.json'), 'utf8')) as Readonly<
      Record<string, string>
    >
    for (const code of Object.keys(OUTSIDE_CODES)) {
      assert.ok(words[`outside_code.${code}`], `${locale} outside_code.${code}`)
      assert.ok(words[`outside_act.${code}`], `${locale} outside_act.${code}`)
    }
  }
})

test('what was found from outside is sorted by weight; what is ignored, fine or could not be tried stands apart', () => {
  const sorted = sortOutside([
    findingOf('database', 'bad'),
    findingOf('dns', 'good'),
    findingOf('tls', 'look', [codeOf('CERT_EXPIRES')]),
    findingOf('fidelity', 'bad', [codeOf('HOST_REWRITTEN'), codeOf('ACCEPT_REWRITTEN')]),
    findingOf('caching', 'good', [codeOf('CACHE_IGNORES_VARY')]),
    findingOf('live', 'look'),
    findingOf('size', 'look', [codeOf('BODY_LIMIT')], true),
  ])
  const named = (weight: DoctorCode['weight']): string[] => sorted.codes[weight].map(({ code }) => code.code)
  assert.deepEqual(named('breaks'), ['HOST_REWRITTEN'])
  assert.deepEqual(named('warns'), ['CERT_EXPIRES', 'ACCEPT_REWRITTEN'])
  assert.deepEqual(named('informs'), ['CACHE_IGNORES_VARY'])
  assert.deepEqual(
    sorted.untried.map(({ name }) => name),
    ['live'],
  )
  assert.deepEqual([sorted.ignored, sorted.good], [['size'], ['dns', 'caching']])
  assert.equal(sortOutside([findingOf('database', 'bad')]).isEmpty, true)
})
