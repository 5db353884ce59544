/** Lines of log files, before whoever reads them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseLogLine } from '../../../../server/storage/logs/log-line.ts'

const HOSTILE = 'no\u001B]52;c;aGk=\u0007\u009B2J\n2026-01-01 error worker: forged\u202E'
const SHOWN = String.raw`no\u001b]52;c;aGk=\u0007\u009b2J\u000a2026-01-01 error worker: forged\u202e`

test('what a server of others has said moves no terminal and makes no line of its own', () => {
  const read = (source: 'home' | 'database', text: string) =>
    parseLogLine({ source, file: 'x', offset: 0, text }, (words) => words)
  const facts = {
    level: 'info',
    time: HOSTILE,
    part: HOSTILE,
    event: HOSTILE,
    message: HOSTILE,
    detail: [HOSTILE],
  }
  const line = read('home', JSON.stringify(facts))
  assert.equal(line?.at, SHOWN)
  assert.equal(line?.part, SHOWN)
  assert.equal(line?.event, SHOWN)
  assert.ok(line?.text.startsWith(`${SHOWN} detail=["no`))
  const plain = read('database', `2026-01-01 12:00:51.500 UTC [77] ERROR:  ${HOSTILE}`)
  assert.equal(plain?.text, SHOWN)
  for (const text of [line?.text ?? '', read('home', HOSTILE)?.text ?? ''])
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    assert.doesNotMatch(text, /[\u0000-\u001F\u007F-\u009F\u202E]/)
})
