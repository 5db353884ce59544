/** The window of a home with a filled timeline, in a real browser: its budgets (`ux.md`) and what they come to. */
import { type TestBrowser, type TestPage, openBrowser } from '../support/browser.ts'
import { pourReplies, pourTimeline } from '../support/poured-posts.ts'
import { until } from '../support/until.ts'
import {
  articleCount,
  countLoaded,
  heapBytes,
  isLive,
  nodeCount,
  scrollThrough,
  scrollToEnd,
  typeInto,
  watchFirstPost,
  watchLongTasks,
  watchScripts,
} from '../support/window-figures.ts'
import type { BenchHome } from './bench-home.ts'
import { runLoad } from './http-load.ts'
import { type BenchResult, type Figure, quantile } from './report.ts'
import { type Sender, type World, createRequest, seedActors } from './world.ts'

const SEEDED = 2_400
const SCROLLED = 2_000
const STREAMED = 200
const REPLIES = 1_000
const COLD_OPENINGS = 9
const CONNECTIONS = 8
/** A slow machine gives a bad figure rather than none. */
const PATIENCE_MS = 120_000
const MEBIBYTE = 1_048_576
const WORDS = 'What is typed while nobody answers stands there at once, letter by letter.'

type Session = Awaited<ReturnType<TestPage['context']['storageState']>>
type Figures = Record<string, Figure>

interface Scene {
  readonly bench: BenchHome
  readonly senders: readonly Sender[]
  readonly browser: TestBrowser
  readonly session: Session
  readonly origin: string
}

export async function windowLoad(world: World, bench: BenchHome): Promise<BenchResult[]> {
  const senders = await seedActors(bench.sql, world.hosts, 4, 'followed', true)
  await pourTimeline(bench.sql, SEEDED)
  const browser = await openBrowser()
  try {
    const origin = `http://127.0.0.1:${bench.home.privatePort}`
    const session = await signIn(browser, origin, bench.home.password)
    return [await measureAll({ bench, senders, browser, session, origin })]
  } finally {
    await browser.close()
  }
}

async function measureAll(scene: Scene): Promise<BenchResult> {
  const figures: Figures = {}
  for (const measure of [
    firstLoad,
    firstPost,
    firstPostAgain,
    memory,
    typing,
    scrolling,
    thread,
    streaming,
  ]) {
    console.error(`bench: window, ${measure.name} …`)
    Object.assign(figures, await measure(scene))
  }
  return { workload: `window (${SEEDED} posts)`, figures }
}

/** Signed Creates by the wire, all of them in the timeline in the end. */
async function receive(bench: BenchHome, senders: readonly Sender[], count: number): Promise<void> {
  const requests = Array.from({ length: count }, (_, index) => {
    const sender = senders[index % senders.length]
    if (sender === undefined) throw new Error('no sender was seeded')
    return createRequest(sender, index)
  })
  await runLoad(bench.home.publicPort, requests, CONNECTIONS)
  await until(
    'all are in the timeline',
    async () => {
      const { rows } = await bench.sql.query<{ count: string }>('select count(*) from timeline_entries')
      return Number(rows[0]?.count) >= SEEDED + count
    },
    240_000,
  )
}

async function signIn(browser: TestBrowser, origin: string, password: string): Promise<Session> {
  const { page, context } = await browser.openPage()
  context.setDefaultTimeout(PATIENCE_MS)
  await page.goto(origin)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
  await page.getByRole('navigation').waitFor()
  const { cookies } = await context.storageState()
  await context.close()
  // Without the storage: each opening begins at the newest post, with an empty cache.
  return { cookies, origins: [] }
}

/** The worker would fetch the whole window for later meanwhile. */
async function openCold({ browser, session }: Scene): Promise<TestPage> {
  const opened = await browser.openPage({ storageState: session, serviceWorkers: 'block' })
  opened.context.setDefaultTimeout(PATIENCE_MS)
  return opened
}

async function openHome(scene: Scene): Promise<TestPage> {
  const opened = await openCold(scene)
  await goHome(scene, opened)
  return opened
}

async function goHome({ origin }: Scene, { page }: TestPage): Promise<void> {
  await Promise.all([isLive(page), page.goto(`${origin}/home`)])
  await page.getByRole('feed').getByRole('article').first().waitFor()
}

async function firstLoad(scene: Scene): Promise<Figures> {
  const opened = await openCold(scene)
  const scripts = watchScripts(opened.page)
  await goHome(scene, opened)
  const value = (await scripts.compressed()) / 1_024
  await opened.context.close()
  return { 'script on first load': { value, unit: 'KB', goal: { atMost: 220 } } }
}

/** In a browser that knows the session and nothing else: no worker, no files, no compiled code. */
async function firstPost(scene: Scene): Promise<Figures> {
  const times: number[] = []
  for (let round = 0; round < COLD_OPENINGS; round += 1) {
    const opened = await openCold(scene)
    times.push(await openingTime(scene, opened.page))
    await opened.context.close()
  }
  return openingFigures('first post', times)
}

/** In a browser that has been there before, whose worker has the files: what its person sees every day. */
async function firstPostAgain(scene: Scene): Promise<Figures> {
  const opened = await scene.browser.openPage({ storageState: scene.session, serviceWorkers: 'allow' })
  opened.context.setDefaultTimeout(PATIENCE_MS)
  await goHome(scene, opened)
  await opened.page.evaluate('navigator.serviceWorker.ready')
  await opened.page.close()
  const times: number[] = []
  for (let round = 0; round < COLD_OPENINGS; round += 1) {
    const { page } = await scene.browser.openPage({ context: opened.context })
    times.push(await openingTime(scene, page))
    await page.close()
  }
  await opened.context.close()
  return openingFigures('first post, been there before', times)
}

async function openingTime({ origin }: Scene, page: TestPage['page']): Promise<number> {
  const shown = await watchFirstPost(page)
  await page.goto(`${origin}/home`)
  return shown()
}

const openingFigures = (name: string, times: readonly number[]): Figures => ({
  [name]: { value: quantile(times, 0.5), unit: 'ms', goal: { atMost: 500 } },
  [`${name}, best of ${times.length}`]: { value: Math.min(...times), unit: 'ms' },
})

async function memory(scene: Scene): Promise<Figures> {
  const { page, context } = await openHome(scene)
  const value = (await heapBytes(page)) / MEBIBYTE
  const nodes = await nodeCount(page)
  await context.close()
  return {
    'memory with 40 posts': { value, unit: 'MB', goal: { atMost: 15 } },
    'nodes with 40 posts': { value: nodes, unit: '' },
  }
}

/** Every request waits for ever. */
async function typing(scene: Scene): Promise<Figures> {
  const { page, context } = await openHome(scene)
  await page.getByLabel('Text', { exact: true }).click()
  await page.route('**/api/**', () => undefined)
  const { latencies } = await typeInto(page, WORDS)
  const typed = await page.getByLabel('Text', { exact: true }).inputValue()
  if (typed !== WORDS) throw new Error(`"${typed}" was typed`)
  await context.close()
  return {
    'a letter, network stalled': { value: quantile(latencies, 0.5), unit: 'ms', goal: { atMost: 50 } },
    'slowest letter': { value: Math.max(...latencies), unit: 'ms' },
  }
}

async function streaming(scene: Scene): Promise<Figures> {
  const { page, context } = await openHome(scene)
  const longest = await watchLongTasks(page)
  await receive(scene.bench, scene.senders, STREAMED)
  await page.getByRole('button', { name: `${STREAMED} new posts` }).waitFor()
  const value = await longest()
  const articles = await articleCount(page)
  await context.close()
  return {
    [`longest task, ${STREAMED} posts streaming in`]: { value, unit: 'ms' },
    'articles afterwards': { value: articles, unit: '', goal: { atMost: 60 } },
  }
}

async function scrolling(scene: Scene): Promise<Figures> {
  const opened = await openCold(scene)
  const loaded = countLoaded(opened.page)
  await goHome(scene, opened)
  const most = await scrollThrough(opened.page, loaded, SCROLLED)
  const figures: Figures = {
    'posts scrolled through': { value: loaded(), unit: '', goal: { atLeast: SCROLLED } },
    'most articles on the way': { value: most, unit: '', goal: { atMost: 60 } },
    'articles after them': { value: await articleCount(opened.page), unit: '', goal: { atMost: 60 } },
    'nodes after them': { value: await nodeCount(opened.page), unit: '' },
    'memory after them': { value: (await heapBytes(opened.page)) / MEBIBYTE, unit: 'MB' },
  }
  await opened.context.close()
  return figures
}

async function thread(scene: Scene): Promise<Figures> {
  const id = await pourReplies(scene.bench.sql, REPLIES)
  const { page, context } = await openCold(scene)
  await page.goto(`${scene.origin}/posts/${id}`)
  await page.getByText('Reply number').first().waitFor()
  const { most, seen } = await scrollToEnd(page)
  const nodes = await nodeCount(page)
  await context.close()
  return {
    'replies of a thread read': { value: seen.size - 1, unit: '', goal: { atLeast: REPLIES } },
    'most articles in a thread': { value: most, unit: '', goal: { atMost: 60 } },
    'nodes in a thread': { value: nodes, unit: '' },
  }
}
