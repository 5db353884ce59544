/** The page of the last run, for people: when and on what, what the design asks beside what was measured, and every figure. */
import { writeFile } from 'node:fs/promises'
import {
  type BenchResult,
  type Figure,
  type Machine,
  goalWords,
  isReached,
  round,
  rowsOf,
  valueWords,
} from './report.ts'

interface Run {
  readonly machine: Machine
  readonly command: string
  readonly seconds: number
  /** What the run had no time for. */
  readonly leftOut: readonly string[]
}

/** A line of the table that the design sets (section 12): where its figures are found, and what is known to miss them. */
interface Asked {
  readonly what: string
  /** The workload's name. */
  readonly workload: RegExp
  readonly figures: readonly string[]
  /** For whoever reads that a figure was missed. */
  readonly why?: string
}

const SHARED_MACHINE =
  'the processes that play the other servers, their checks of every signature and the load itself run on the same cores'

const ASKED: readonly Asked[] = [
  {
    what: 'signed inbox POSTs accepted, 16 connections',
    workload: /^inbox \(\d+ Creates/,
    figures: ['rate', 'p99', 'server CPU each'],
    why: `${SHARED_MACHINE}, and four times a second the worker handles a batch of what came while more comes; of the CPU of the server a quarter is V8 compiling and tidying in threads of its own, and most of the rest is reading from and writing to sockets`,
  },
  {
    what: '2,000 Creates visible in the home timeline',
    workload: /^inbox \(\d+ Creates/,
    figures: ['all visible after', 'CPU each', 'statements'],
  },
  {
    what: '1 post to 200 inboxes on 50 servers',
    workload: /^fan-out \(200 inboxes on 50 servers\)$/,
    figures: ['last', 'CPU each', 'statements'],
    why: `${SHARED_MACHINE}; an RSA signature for each is the greatest part of the CPU of the worker`,
  },
  {
    what: '1 post to 200 inboxes on 200 servers',
    workload: /^fan-out \(200 inboxes on 200 servers\)$/,
    figures: ['last', 'CPU each', 'statements'],
    why: 'at most 64 connections stand at a time (a rule of security), so most of 200 servers are greeted anew by every post: a resumed TLS handshake takes more CPU than a signature, a part of it for a key that quantum computers do not find',
  },
  {
    what: '1 post to 1,000 followers on 50 shared inboxes',
    workload: /^fan-out \(1,000 on 50 shared\)$/,
    figures: ['first', 'last'],
    why: `${SHARED_MACHINE}; half of what comes before the first is the writing of the post, a quarter the choosing of its inboxes and the rows of its deliveries, and the rest the way through the worker`,
  },
  ...['still tried', 'known'].map((dead) => ({
    what: `1 post to 100,000 followers on 20,000 servers, a third of them dead (${dead})`,
    workload: new RegExp(`^celebrity \\(.*, ${dead}\\)$`),
    figures: ['served of those who live', 'came twice', 'refused by the others'],
  })),
  ...['actor', 'WebFinger', 'post'].map((name) => ({
    what: `${name} as other servers read it`,
    workload: new RegExp(`^read ${name}$`),
    figures: ['rate'],
    why: 'the load comes from the same cores',
  })),
  {
    what: 'profile page',
    workload: /^profile page \([\d,]+ posts\)$/,
    figures: ['rate'],
    why: 'the load comes from the same cores',
  },
  {
    what: 'home timeline, 20 posts',
    workload: /^home timeline \([\d,]+ posts\)$/,
    figures: ['rate', 'p50 alone'],
    why: 'an answer is four statements, and takes more of the database than of the server; both have the cores that also play the load',
  },
  {
    what: 'start to the first answer, database included',
    workload: /^start$/,
    figures: ['cold (the first start ever)', 'warm (an existing home)'],
    why: 'server, worker, schema and database start side by side and share two cores; most of it is the reading of code and the building of two routers',
  },
  {
    what: 'searches of all kinds in the large library',
    workload: /^search \([\d,]+ posts\), all kinds$/,
    figures: ['p95'],
    why: 'the slowest are phrases of words that are each in very many posts: the index finds every post that has all of them, and the order of the words is looked up in each',
  },
  {
    what: 'memory at rest, all processes with the database',
    workload: /^memory$/,
    figures: ['all'],
    why: 'most are the heaps of three processes and the database, then the pages of Node itself',
  },
]

/** Why a figure grows with the library or the crowd, by the beginning of its name. */
const GROWS_BECAUSE: ReadonlyArray<readonly [RegExp, string]> = [
  [
    /^fan-out, followers/,
    'the crowd is on a hundred times as many servers, of which 64 at a time have a connection that stands: nearly each delivery begins with a TLS handshake',
  ],
  [
    /^start/,
    'the CPU of a start grows by a twentieth, so what is more is waiting, for the disk or for other work of the machine',
  ],
  [/^search/, 'the index is asked for more pieces of time, and more posts have the word'],
  [
    /^(?:actor|post|WebFinger), p50 alone/,
    'the answer is ready bytes in both: a tenth of a millisecond is the machine',
  ],
  [/^memory/, 'PostgreSQL keeps what was read of the larger library in the memory that it shares'],
]

/** Figures that the speed of the machine decides. */
const BY_MACHINE: ReadonlySet<Figure['unit']> = new Set(['ms', 'ms CPU'])

export async function writePage(file: string, results: readonly BenchResult[], run: Run): Promise<void> {
  const { machine, command, seconds, leftOut } = run
  const slowness = slownessIn(results)
  const asked = ASKED.map((line) => judged(line, results, slowness))
  const growth = growthIn(results)
  const failures = results.filter(({ failure }) => failure !== undefined)
  const lines = [
    '# The last run of the bench',
    '',
    `Written by \`${command}\` in ${Math.max(1, Math.round(seconds / 60))} minutes.`,
    'Measured is the program as it is given away, driven over the wire; the load, the other servers and the home share the machine.',
    '',
    ...table(['on', 'what'], Object.entries(machine)),
    '',
    ...(slowness === null
      ? []
      : [
          `An RSA-2048 signature took ${round(slowness)} times the CPU that it takes on the machine that the goals were set on.`,
          '',
        ]),
    ...quietness(machine),
    '## What the design asks',
    '',
    ...table(
      ['what', 'figure', 'asked', 'measured', 'verdict'],
      [...asked.flatMap(({ rows }) => rows), ...growth.rows],
    ),
    '',
    ...section('## What is not reached, and why', [
      ...asked.flatMap(({ reasons }) => reasons),
      ...growth.reasons,
    ]),
    ...section(
      '## What could not be measured',
      failures.map(({ workload, failure = '' }) => `- ${workload}: ${oneLine(failure)}`),
    ),
    ...section(
      '## What there was no time for',
      leftOut.map((name) => `- ${oneLine(name)}`),
    ),
    '## Every figure',
    '',
    ...table(['workload', 'figure', 'value', 'goal'], rowsOf(results)),
    '',
  ]
  await writeFile(file, lines.join('\n'))
}

interface Judged {
  readonly rows: readonly (readonly string[])[]
  readonly reasons: readonly string[]
}

function judged(line: Asked, results: readonly BenchResult[], slowness: number | null): Judged {
  const { what, workload, figures, why } = line
  const found = results.find((one) => workload.test(one.workload))
  const measured = figures.flatMap((name) => {
    const figure = found?.figures[name]
    return figure?.goal === undefined ? [] : [{ name, figure, goal: figure.goal }]
  })
  if (measured.length === 0) return { rows: [[what, '', '', 'not in this run', '']], reasons: [] }
  const missed = measured.filter(({ figure }) => isReached(figure) === false)
  const told = missed.map(({ name, figure }) => `${name} ${valueWords(figure)}${corrected(figure, slowness)}`)
  return {
    rows: measured.map(({ name, figure, goal }) => [
      what,
      name,
      `${goalWords(goal)} ${figure.unit}`.trim(),
      valueWords(figure),
      isReached(figure) === true ? 'reached' : '**missed**',
    ]),
    reasons:
      missed.length === 0 ? [] : [`- ${what}: ${told.join(', ')}${why === undefined ? '' : `; ${why}`}.`],
  }
}

/** What the figure would be on the machine of the goals, where this one is slower. */
function corrected({ value, unit, goal }: Figure, slowness: number | null): string {
  if (slowness === null || slowness <= 1 || !BY_MACHINE.has(unit)) return ''
  const there = value / slowness
  const verdict =
    isReached({ value: there, ...(goal === undefined ? {} : { goal }) }) === true ? ', reached' : ''
  return ` (by the speed of the machine of the goals ${round(there)}${verdict})`
}

/** The worst of all ratios, and each that is too much. */
function growthIn(results: readonly BenchResult[]): Judged {
  const ratios = results
    .filter(({ workload }) => workload.endsWith(': growth'))
    .flatMap(({ workload, figures }) =>
      Object.entries(figures).flatMap(([name, figure]) =>
        figure.goal === undefined
          ? []
          : [{ name: `${workload.replace(/: growth$/, '')}, ${name}`, figure, goal: figure.goal }],
      ),
    )
  const what = 'growth from the small library to the large one, and from few followers to many'
  const worst = ratios.toSorted((a, b) => b.figure.value - a.figure.value)[0]
  if (worst === undefined) return { rows: [[what, '', '', 'not in this run', '']], reasons: [] }
  const missed = ratios.filter(({ figure }) => isReached(figure) === false)
  const kept = ratios.length - missed.length
  const row = [
    what,
    `worst of ${ratios.length}: ${worst.name}`,
    `${goalWords(worst.goal)} times`,
    `${round(worst.figure.value)} times; ${kept} of ${ratios.length} within`,
    missed.length === 0 ? 'reached' : '**missed**',
  ]
  return {
    rows: [row],
    reasons: missed.map(({ name, figure }) => {
      const why = GROWS_BECAUSE.find(([beginning]) => beginning.test(name))?.[1]
      return `- growth, ${name}: ${round(figure.value)} times as much${why === undefined ? '' : `; ${why}`}.`
    }),
  }
}

/** Others' work is not the home's: it shows in times and rates, and less in CPU. */
function quietness(machine: Machine): string[] {
  const load = Number.parseFloat(machine['load before'] ?? '')
  return load >= 1
    ? [
        `The machine was busy with other work (a load of ${load} before the run): times and rates say little, CPU figures more.`,
        '',
      ]
    : []
}

function slownessIn(results: readonly BenchResult[]): number | null {
  for (const { figures } of results) {
    const found = figures['times the machine of the goals']
    if (found !== undefined) return found.value
  }
  return null
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => oneLine(cell).replaceAll('|', String.raw`\|`)).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, '', ...lines, '']

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()
