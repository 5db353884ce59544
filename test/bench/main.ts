/**
 * `npm run bench`: measures and prints. Nothing here fails for being slow; a figure that misses its goal says so, and a
 * workload that breaks is told as a row among the others, which are run all the same.
 */
import { join } from 'node:path'
import { benchAgainst } from './against.ts'
import { describeMachine } from './machine.ts'
import { type BenchOptions, OPTIONS_HELP, readOptions } from './options.ts'
import { type BenchResult, orFailure, printTable, round, writeJsonLines } from './report.ts'
import { writePage } from './results-page.ts'
import { processTree } from './processes.ts'
import { FULL, QUICK, type Scale } from './scale.ts'

const PAGE = join(import.meta.dirname, 'RESULTS.md')
/** The growth to a million posts takes some ten minutes on a quiet machine. */
const LIMIT_MS = 40 * 60_000
/** For a part that was begun in time. */
const GRACE_MS = 60_000

interface RunClock {
  /** Of the time that the run may take. */
  readonly leftMs: () => number
  readonly hasTime: () => boolean
}

interface RunParts {
  readonly clock: RunClock
  readonly done: (workload: readonly BenchResult[]) => Promise<void>
}

function refuse(error: unknown): never {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(2)
}

async function runAll(options: BenchOptions, scale: Scale, { clock, done }: RunParts): Promise<void> {
  // What they need is much, and another server is asked without it.
  const { namedWorkloads } = await import('./workloads.ts')
  const { SeedStore } = await import('./seeded-home.ts')
  if (options.program !== undefined) (await import('./program.ts')).useProgram(options.program)
  const wanted = namedWorkloads(options.names)
  if (wanted instanceof Error) return refuse(wanted)
  const seeds = await SeedStore.open(options.cache)
  try {
    for (const [name, workload] of wanted) {
      if (!clock.hasTime()) {
        leftOut.push(name)
        continue
      }
      console.error(`bench: ${name} …`)
      const begin = performance.now()
      const work = async () => limited(workload({ scale, seeds, hasTime: clock.hasTime }), clock.leftMs())
      const found = await orFailure(name, work)
      if (!clock.hasTime()) leftOut.push(`what may be left of ${name}`)
      if (found.some(({ failure }) => failure !== undefined)) await endLeftovers()
      console.error(`bench: ${name} took ${Math.round((performance.now() - begin) / 1_000)} s`)
      await done(found)
    }
  } finally {
    await seeds[Symbol.asyncDispose]()
  }
}

/** One that hangs does not keep the others from being run. */
async function limited<T>(work: Promise<T>, leftMs: number): Promise<T> {
  const late = Promise.withResolvers<never>()
  const limitMs = Math.min(LIMIT_MS, leftMs + GRACE_MS)
  const why = `it was not through within ${round(limitMs / 60_000)} minutes`
  const timer = setTimeout(() => late.reject(new Error(why)), limitMs)
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer))
}

/** What a workload has started ends with it, also where it broke or hangs. */
async function endLeftovers(): Promise<void> {
  for (const pid of await processTree(process.pid)) {
    try {
      if (pid !== process.pid) process.kill(pid, 'SIGTERM')
    } catch {
      // It has just ended by itself.
    }
  }
}

/** Where somebody keeps their files says nothing to others. */
const shown = (words: readonly string[]): string[] =>
  words.map((word, at) => (words[at - 1] === '--cache' ? 'FOLDER' : word))

async function printHelp(): Promise<never> {
  const { workloadNames } = await import('./workloads.ts')
  console.log(`${OPTIONS_HELP}\n\nworkloads: ${workloadNames().join(', ')}`)
  process.exit(0)
}

const args = process.argv.slice(2)
const options = await readOptions(args, process.env).catch(refuse)
if (options.asksHelp) await printHelp()
const machine = describeMachine()
const begin = performance.now()
const scale = options.isQuick ? QUICK : FULL
const results: BenchResult[] = []

/** What the run had no time for. */
const leftOut: string[] = []
const leftMs = (): number =>
  options.minutes === null ? Number.POSITIVE_INFINITY : begin + options.minutes * 60_000 - performance.now()
const clock: RunClock = { leftMs, hasTime: () => leftMs() > 0 }

/** After each workload, so that a run that is broken off has told what it found. */
async function note(found: readonly BenchResult[]): Promise<void> {
  results.push(...found)
  await write()
}

async function write(): Promise<void> {
  if (options.json !== undefined) await writeJsonLines(options.json, results, machine)
  if (!options.writesPage) return
  const seconds = (performance.now() - begin) / 1_000
  await writePage(PAGE, results, {
    machine,
    command: ['npm run bench --', ...shown(args)].join(' '),
    seconds,
    leftOut,
  })
}

if (options.against === null) await runAll(options, scale, { clock, done: note })
else await note(await benchAgainst(options.against, scale))
await write()
printTable(results)
if (leftOut.length > 0) console.error(`bench: no time was left for ${leftOut.join(', ')}; run them by name`)
// What hangs may hold the loop open.
process.exit(results.some(({ failure }) => failure !== undefined) ? 1 : 0)
