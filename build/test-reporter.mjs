/** Reporter of the test runner: a line for each file, every failure in full, what was skipped and why, what was measured, one sum. */
import { relative } from 'node:path'
import { ROOT } from './paths.mjs'

export default async function* report(source) {
  const skipped = []
  const failures = []
  const figures = []
  let passed = 0
  for await (const { type, data } of source) {
    if (type === 'test:fail' && isOwnFailure(data)) {
      failures.push(data)
      yield `FAIL ${nameOf(data)}\n${describe(data.details.error)}\n`
    }
    if (type === 'test:pass' && data.details?.type !== 'suite' && data.file !== data.name) {
      if (data.skip !== undefined) skipped.push(data)
      else passed += 1
    }
    if (type === 'test:stdout') figures.push(...(data.message.match(FIGURE) ?? []))
    if ((type === 'test:stderr' || type === 'test:stdout') && data.message.trim() !== '') yield data.message
    if (type === 'test:summary' && data.file !== undefined) {
      const { counts, duration_ms: ms, file } = data
      const mark = data.success ? 'ok  ' : 'FAIL'
      yield `${mark} ${relative(ROOT, file)}  ${counts.passed} of ${counts.tests}  ${(ms / 1_000).toFixed(1)} s\n`
    }
  }
  for (const data of skipped)
    yield `skipped: ${nameOf(data)}${typeof data.skip === 'string' ? `: ${data.skip}` : ''}\n`
  for (const data of failures) yield `failed: ${nameOf(data)}\n`
  if (figures.length > 0) yield `Measured, by the rule that it belongs to:\n${table(figures)}\n`
  yield `${passed} passed, ${failures.length} failed, ${skipped.length} skipped\n`
}

/** As a test says what it has measured of a rule. */
const FIGURE = /^# rule \d+: .*$/gm

/** In the order of the rules. */
function table(figures) {
  return figures
    .map((line) => /^# rule (\d+): (.*)$/.exec(line))
    .toSorted(([, a], [, b]) => Number(a) - Number(b))
    .map(([, rule, text]) => `  ${rule.padStart(3)}  ${text}`)
    .join('\n')
}

/** A parent fails with its children; the child has told already. */
function isOwnFailure(data) {
  return data.details?.error?.failureType !== 'subtestsFailed'
}

function nameOf(data) {
  const where =
    data.file === undefined ? '' : `${relative(ROOT, data.file)}${data.line ? `:${data.line}` : ''} `
  return `${where}${data.name}`
}

function describe(error) {
  const cause = error?.cause ?? error
  return String(cause?.stack ?? cause?.message ?? cause)
}
