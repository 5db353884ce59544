/** `npm run bench`: measures and prints. Nothing here fails for being slow; a figure that misses its goal says so. */
import { join } from 'node:path'
import { benchAgainst } from './against.ts'
import { describeMachine } from './machine.ts'
import { type BenchOptions, OPTIONS_HELP, readOptions } from './options.ts'
import { type BenchResult, printTable, writeJsonLines, writePage } from './report.ts'
import { FULL, QUICK, type Scale } from './scale.ts'

const PAGE = join(import.meta.dirname, 'RESULTS.md')

function refuse(error: unknown): never {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(2)
}

async function runAll(options: BenchOptions, scale: Scale): Promise<BenchResult[]> {
  // What they need is much, and another server is asked without it.
  const { namedWorkloads } = await import('./workloads.ts')
  const { SeedStore } = await import('./seeded-home.ts')
  const wanted = namedWorkloads(options.names)
  if (wanted instanceof Error) return refuse(wanted)
  const seeds = await SeedStore.open(options.cache)
  try {
    const results: BenchResult[] = []
    for (const [name, workload] of wanted) {
      console.error(`bench: ${name} …`)
      results.push(...(await workload({ scale, seeds })))
    }
    return results
  } finally {
    await seeds[Symbol.asyncDispose]()
  }
}

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
const results =
  options.against === null ? await runAll(options, scale) : await benchAgainst(options.against, scale)
printTable(results)
if (options.json !== undefined) await writeJsonLines(options.json, results, machine)
if (options.writesPage) {
  const seconds = (performance.now() - begin) / 1_000
  await writePage(PAGE, results, { machine, command: ['npm run bench --', ...args].join(' '), seconds })
}
