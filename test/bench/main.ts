/**
 * `npm run bench [workload …] [-- --json FILE]`: measures and prints a table, and one line of JSON for each workload
 * when a file is named. Nothing here fails for being slow; a figure that misses its goal says so.
 */
import { parseArgs } from 'node:util'
import { type BenchResult, printTable, writeJsonLines } from './report.ts'
import { GROUPS, WORKLOADS } from './workloads.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } })
const wanted =
  positionals.length === 0 ? Object.keys(WORKLOADS) : positionals.flatMap((name) => GROUPS[name] ?? [name])
const results: BenchResult[] = []
for (const name of wanted) {
  const workload = WORKLOADS[name]
  if (workload === undefined) {
    console.error(
      `bench: "${name}" is not a workload; known are ${[...Object.keys(WORKLOADS), ...Object.keys(GROUPS)].join(', ')}`,
    )
    process.exit(2)
  }
  console.error(`bench: ${name} …`)
  results.push(...(await workload()))
}
printTable(results)
if (values.json !== undefined) await writeJsonLines(values.json, results)
