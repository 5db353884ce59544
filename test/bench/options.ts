/** What the command line of the bench may say. */
import { access, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { AgainstOptions } from './against.ts'

export const OPTIONS_HELP = `npm run bench [workload …] [-- options]

  --only a,b        these workloads; the same as naming them. Without a name all of them are run
  --quick           smaller libraries, fewer requests: whether it works, not how fast it is
  --cache FOLDER    keeps made libraries there for the next run (or HOMEBIRD_BENCH_CACHE)
  --minutes N       begins nothing more after so many; what was not begun is named (default: 25 where all are run)
  --json FILE       one line of JSON for each workload
  --results         writes test/bench/RESULTS.md
  --program FILE    measures the Homebird whose command line this is, such as an older one; without it the program is put
                    together from this checkout, as it is given away

  --against URL     asks another server that speaks the Mastodon dialect, over the wire only
  --host NAME       the name it answers to, where URL goes past its proxy
  --token-file FILE the token of an app with the scope read (or HOMEBIRD_BENCH_TOKEN)
  --pid N           counts the CPU of that process and those below it
  --writes          posts to nobody and takes the posts away again (scope write)`

/** All workloads on two quiet cores, with libraries that are made already. */
const ALL_MINUTES = 25

type Env = Readonly<Record<string, string | undefined>>

export interface BenchOptions {
  /** As they were named; empty for all. */
  readonly names: readonly string[]
  readonly isQuick: boolean
  readonly cache: string | undefined
  /** Null for as long as it takes. */
  readonly minutes: number | null
  readonly json: string | undefined
  readonly writesPage: boolean
  /** Whole path of the command line that is measured. */
  readonly program: string | undefined
  readonly against: AgainstOptions | null
  readonly asksHelp: boolean
}

/** @throws Error with what to write instead */
export async function readOptions(args: readonly string[], env: Env): Promise<BenchOptions> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      cache: { type: 'string' },
      minutes: { type: 'string' },
      json: { type: 'string' },
      results: { type: 'boolean', default: false },
      program: { type: 'string' },
      against: { type: 'string' },
      host: { type: 'string' },
      'token-file': { type: 'string' },
      pid: { type: 'string' },
      writes: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const { against, pid, host, writes } = values
  const names = [...positionals, ...(values.only ?? []).flatMap((list) => list.split(','))]
  return {
    names,
    isQuick: values.quick,
    cache: values.cache ?? env['HOMEBIRD_BENCH_CACHE'],
    minutes:
      values.minutes === undefined ? (names.length === 0 ? ALL_MINUTES : null) : minutesOf(values.minutes),
    json: values.json,
    writesPage: values.results,
    program: values.program === undefined ? undefined : await programOf(values.program),
    against:
      against === undefined
        ? null
        : {
            url: addressOf(against),
            host,
            token: await tokenOf(values['token-file'], env),
            pid: pid === undefined ? null : processOf(pid),
            writes,
          },
    asksHelp: values.help,
  }
}

function addressOf(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url
  throw new Error(`--against "${address}" is not an http or https address`)
}

function minutesOf(minutes: string): number {
  if (/^[1-9]\d{0,3}$/.test(minutes)) return Number(minutes)
  throw new Error(`--minutes "${minutes}" is not a whole number from 1 to 9999`)
}

async function programOf(file: string): Promise<string> {
  const path = resolve(file)
  await access(path).catch(() => {
    throw new Error(
      `--program "${file}" is not there; give server/cli.ts of a checkout or bin/homebird.js of a package`,
    )
  })
  return path
}

function processOf(pid: string): number {
  if (/^[1-9]\d{0,9}$/.test(pid)) return Number(pid)
  throw new Error(`--pid "${pid}" is not the number of a process`)
}

/** From a file or the environment, never from the command line, which others on the machine can read. */
async function tokenOf(file: string | undefined, env: Env): Promise<string> {
  const given = file === undefined ? env['HOMEBIRD_BENCH_TOKEN'] : await readFile(file, 'utf8')
  const token = given?.trim() ?? ''
  if (token === '') throw new Error('--against needs a token: --token-file FILE or HOMEBIRD_BENCH_TOKEN')
  return token
}
