/**
 * Runs a task of the checkout after bringing what it needs. Works with Node 20 and npm alone: this file and those it
 * imports use nothing but Node's own modules and today's syntax of Node 20.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureCompiled } from './compiled.mjs'
import { ensureDependencies } from './dependencies.mjs'
import { startDesktop, whyHeadless } from './desktop.mjs'
import { CODE_CACHE, ROOT, nodeBinary } from './paths.mjs'
import { ensureWindow } from './window.mjs'

/** Task name to what runs it; `args` are what the person gave. */
const TASKS = {
  start: (args) => start(args),
  homebird: (args) =>
    runNode(['server/cli.ts', ...args], { window: args[0] === 'serve', compiled: args[0] === 'serve' }),
  test: (args) => runSteps('test', args),
  'test:all': (args) => runSteps('test:all', args),
  'test:faults': (args) => runSteps('test:faults', args),
  'test:electron': (args) => runSteps('test:electron', args),
  check: (args) => runSteps('check', args),
  'build:window': () => buildWindow(),
  pack: (args) => runNode(['build/pack.ts', ...args], { window: true, compiled: false }),
  bench: (args) => runNode(['test/bench/main.ts', ...args], { window: false, compiled: true }),
  changelog: (args) => runNode(['build/changelog.ts', ...args], { window: false, compiled: false }),
  screenshots: (args) => runNode(['build/screenshots.ts', ...args], { window: true, compiled: true }),
  format: () => runNode(['node_modules/oxfmt/bin/oxfmt'], { window: false, compiled: false }),
}

const [task = '', ...args] = process.argv.slice(2)
if (!Object.hasOwn(TASKS, task)) {
  console.error(`bootstrap: "${task}" is not a task; known are ${Object.keys(TASKS).join(', ')}`)
  process.exit(2)
}
try {
  process.exitCode = await TASKS[task](args)
} catch (error) {
  console.error(`bootstrap: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}

/** With a window of its own where there is a desktop; else, and where that fails, as `homebird serve`. */
async function start(given) {
  const words = given.filter((word) => word !== '--headless')
  const machine = {
    platform: process.platform,
    uid: process.getuid?.() ?? null,
    hasShell: existsSync(join(ROOT, 'electron', 'main.ts')),
  }
  const why = whyHeadless(given, process.env, machine)
  if (why === null) {
    await ensureDependencies()
    await ensureWindow()
    const ended = await startDesktop()
    if (typeof ended === 'number') return ended
    console.error(`${ended} The home starts without a window of its own; its page opens in your browser.`)
    console.error('npm start -- --headless does so without trying.')
  } else if (why !== '') console.error(why)
  return runNode(['server/cli.ts', 'serve', ...words], { window: true, compiled: true })
}

async function buildWindow() {
  await ensureDependencies()
  await ensureWindow()
  return 0
}

async function runSteps(set, given) {
  await ensureDependencies()
  await Promise.all([set === 'check' ? null : ensureWindow(), ensureCompiled()])
  const { runStepSet } = await import('./steps.mjs')
  return runStepSet(set, given)
}

async function runNode(nodeArgs, { window, compiled }) {
  await ensureDependencies()
  await Promise.all([window ? ensureWindow() : null, compiled ? ensureCompiled() : null])
  const env = { ...process.env, NODE_COMPILE_CACHE: CODE_CACHE }
  return new Promise((resolve, reject) => {
    const child = spawn(nodeBinary(), nodeArgs, { cwd: ROOT, env, stdio: 'inherit' })
    // A terminal sends Ctrl-C to both; whoever signals only this process reaches the other through it.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)))
  })
}
