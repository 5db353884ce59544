/** The steps of `npm run check`, `npm test` and `npm run test:all`, one line each, and one summary. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { askSecondLook } from './second-look.mjs'
import { CODE_CACHE, NODE_MODULES, ROOT, nodeBinary } from './paths.mjs'

const tool = (...path) => join(NODE_MODULES, ...path)
const REPORTER = join(ROOT, 'build', 'test-reporter.mjs')
/** One PostgreSQL for all test files of a run. */
const RUN_CLUSTER = join(ROOT, 'test', 'support', 'run-cluster.ts')

/** Names and what Node runs for them. A step of which nothing exists yet is left out. */
const STATIC_STEPS = [
  ['format', [tool('oxfmt', 'bin', 'oxfmt'), '--check']],
  ['lint', [tool('oxlint', 'bin', 'oxlint'), '--type-aware', '--deny-warnings']],
  ['types', [tool('typescript', 'bin', 'tsc'), '-p', '.']],
  ['types of the window', [tool('typescript', 'bin', 'tsc'), '-p', 'renderer'], 'renderer/index.html'],
  [
    'layers',
    [
      tool('dependency-cruiser', 'bin', 'dependency-cruiser.mjs'),
      '--config',
      'build/layers.cjs',
      '--output-type',
      'err',
      ...['server', 'renderer', 'electron', 'test', 'build'].filter((folder) =>
        existsSync(join(ROOT, folder)),
      ),
    ],
  ],
  ['rules of the shell', [join(ROOT, 'build', 'shell-rules.ts')], 'electron'],
  ['dead code', [tool('knip', 'bin', 'knip.js'), '--no-progress']],
]

/** Tests that take long, or need programs that not every machine has, are named so. */
const LONG = 'test/**/*.long.test.ts'
const TEST_SETS = {
  check: [['unit tests', ['test/unit/**/!(*.long).test.ts']]],
  test: [
    [
      'tests',
      ['unit', 'integration', 'federation', 'e2e', 'faults'].map(
        (folder) => `test/${folder}/**/!(*.long).test.ts`,
      ),
    ],
  ],
  'test:all': [['long tests', [LONG]]],
  // What goes wrong, with the figures of it; part of the others too.
  'test:faults': [['faults', ['test/faults/**/*.test.ts']]],
  // Need Electron's own binary, which no other test does.
  'test:electron': [['the desktop program', ['test/electron/**/*.test.ts']]],
}

/**
 * @param {'check' | 'test' | 'test:all' | 'test:faults' | 'test:electron'} set
 * @param {readonly string[]} given  test files or patterns; with them only these run
 * @returns {Promise<number>} exit code
 */
export async function runStepSet(set, given) {
  const startedAt = Date.now()
  const failed = []
  if (given.length > 0) {
    if (!(await runTests('tests', given))) failed.push('tests')
  } else {
    if (set === 'check' || set === 'test') failed.push(...(await runStatic()))
    for (const [name, patterns] of TEST_SETS[set]) {
      const isGood =
        set === 'test:all'
          ? await askSecondLook((files, more) => runTests(name, files, more), patterns)
          : await runTests(name, patterns)
      if (!isGood) failed.push(name)
    }
  }
  const seconds = Math.round((Date.now() - startedAt) / 1_000)
  console.log(
    failed.length === 0 ? `\nAll good in ${seconds} s.` : `\nFailed in ${seconds} s: ${failed.join(', ')}.`,
  )
  return failed.length === 0 ? 0 : 1
}

/** Two at a time; what a step says is shown when it fails. */
async function runStatic() {
  const waiting = STATIC_STEPS.filter(([, , needs]) => needs === undefined || existsSync(join(ROOT, needs)))
  const failed = []
  const lane = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const [name, args] = step
      const startedAt = Date.now()
      const { code, output } = await run(args)
      const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1)
      console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(20)} ${seconds} s`)
      if (code === 0) continue
      console.log(output.trimEnd())
      failed.push(name)
    }
  }
  await Promise.all([lane(), lane()])
  return failed
}

function run(args) {
  return new Promise((resolve) => {
    const child = spawn(nodeBinary(), args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.once('error', (error) => resolve({ code: 1, output: error.message }))
    child.once('close', (code) => resolve({ code, output }))
  })
}

/** @param {readonly string[]} more  further arguments of the test runner */
function runTests(name, patterns, more = []) {
  console.log(`${name}…`)
  const needsDatabase = !patterns.every((pattern) => pattern.startsWith('test/unit/'))
  const args = [
    '--test',
    ...(needsDatabase ? [`--test-global-setup=${RUN_CLUSTER}`] : []),
    '--test-concurrency=2',
    '--test-timeout=300000',
    `--test-reporter=${REPORTER}`,
    '--test-reporter-destination=stdout',
    ...more,
    ...patterns,
  ]
  return new Promise((resolve) => {
    // Every test file is a process that imports half of the server.
    const env = { ...process.env, NODE_COMPILE_CACHE: CODE_CACHE }
    const child = spawn(nodeBinary(), args, { cwd: ROOT, env, stdio: 'inherit' })
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
  })
}
