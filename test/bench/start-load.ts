/** How long a start takes: headless to a served answer, and the desktop app to a window that stands; part by part. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readHomeJournal } from '../../server/appliance/index.ts'
import { noBrowser, openBrowser } from '../support/browser.ts'
import { ProcessHome } from '../support/process-home.ts'
import { startShellProcess } from '../support/shell-process.ts'
import { until } from '../support/until.ts'
import { buildWindow } from '../support/window-home.ts'
import { BENCH_DOMAIN, BENCH_HANDLE } from './bench-home.ts'
import { givenAwayProgram } from './program.ts'
import { type BenchResult, type Figure, quantile } from './report.ts'

const ROUNDS = 5
/** Cold: with `initdb`, every migration and the owner's set-up. Warm: the home exists already. */
const COLD = 'cold (the first start ever)'
const WARM = 'warm (an existing home)'
const WARM_BEST = 'warm, best of 5'
const START_LIMIT_MS = 120_000

/** Of the program that is given away, which the design judges, and of the sources of this checkout. */
export async function startLoad(): Promise<BenchResult[]> {
  return [
    await startOf('start', { cold: 6_000, warm: 1_200 }, await givenAwayProgram()),
    await startOf('start of a checkout', null),
  ]
}

/** From an empty folder, and again, to a served NodeInfo. */
async function startOf(
  workload: string,
  goals: { readonly cold: number; readonly warm: number } | null,
  cli?: string,
): Promise<BenchResult> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hb-bench-'))
  const program = cli === undefined ? {} : { cli }
  const named = { domain: BENCH_DOMAIN, dataDir, ...program }
  let home = new ProcessHome({ ...named, handle: BENCH_HANDLE }, dataDir)
  const once = async (): Promise<number> => {
    const begin = performance.now()
    await home.start()
    const answer = await home.ask('/nodeinfo/2.0')
    if (answer.status !== 200) throw new Error(`NodeInfo answered ${answer.status}`)
    return performance.now() - begin
  }
  try {
    const cold = await once()
    await home.stop()
    // As every later start: what was set up needs no --handle.
    home = new ProcessHome({ ...named, handle: null }, dataDir)
    const warm: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      warm.push(await once())
      await home.stop()
    }
    const atMost = (value?: number) => (value === undefined ? {} : { goal: { atMost: value } })
    return {
      workload,
      figures: {
        [COLD]: { value: cold, unit: 'ms', ...atMost(goals?.cold) },
        [WARM]: { value: quantile(warm, 0.5), unit: 'ms', ...atMost(goals?.warm) },
        [WARM_BEST]: { value: Math.min(...warm), unit: 'ms' },
        ...partsToldBy(dataDir, 'the home runs after'),
      },
    }
  } finally {
    await home.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

/**
 * The desktop app over the stand-in for Electron, to the first words in its window, which Chromium plays. What Electron
 * itself needs to start is not in it.
 */
export async function desktopStart(): Promise<BenchResult[]> {
  if (noBrowser !== false) {
    console.error(`bench: desktop: ${noBrowser}`)
    return []
  }
  await buildWindow()
  const [dataDir, system] = await Promise.all(
    ['hb-bench-', 'hb-bench-sys-'].map((name) => mkdtemp(join(tmpdir(), name))),
  )
  if (dataDir === undefined || system === undefined) throw new Error('no folder could be made')
  const browser = await openBrowser()
  const once = async (): Promise<number> => {
    const begin = performance.now()
    const shell = startShellProcess({ dataDir, system })
    try {
      await until(
        'the main window',
        async () => (await shell.hands.windows()).find(({ url }) => url.startsWith('app://homebird/')),
        START_LIMIT_MS,
      )
      const { page, context } = await browser.openPage({ serviceWorkers: 'allow' })
      await page.goto(`${(await shell.origins)?.main}/`)
      await page.getByRole('heading').first().waitFor()
      const took = performance.now() - begin
      await context.close()
      return took
    } finally {
      await shell.hands.quit().catch(() => shell.kill('SIGKILL'))
      await shell.ended
    }
  }
  try {
    const first = await once()
    const later: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) later.push(await once())
    return [
      {
        workload: 'desktop',
        figures: {
          [COLD]: { value: first, unit: 'ms' },
          [WARM]: { value: quantile(later, 0.5), unit: 'ms' },
          [WARM_BEST]: { value: Math.min(...later), unit: 'ms' },
          ...partsToldBy(dataDir, 'the home runs after'),
          ...partsToldBy(dataDir, 'the window stood after', 'shell, to '),
        },
      },
    ]
  } finally {
    await browser.close()
    await Promise.all([dataDir, system].map((folder) => rm(folder, { recursive: true, force: true })))
  }
}

/** The parts of the last start, as the journal tells them. */
function partsToldBy(dataDir: string, beginning: string, prefix = 'last: '): Record<string, Figure> {
  const lines = readHomeJournal({ env: { HOMEBIRD_DATA_DIR: dataDir } }, 1_000)
  const told = lines.findLast(({ message }) => message.startsWith(beginning))?.message ?? ''
  const parts = told.slice(told.indexOf(':') + 1).matchAll(/([\w-]+) (\d+\.\d+)/g)
  return Object.fromEntries(
    [...parts].map(([, part, took]) => [`${prefix}${part}`, { value: Number(took) * 1_000, unit: 'ms' }]),
  )
}
