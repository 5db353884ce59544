/** The HTTP server process after its channel is open: parts, apps, listeners, and their end in reverse. */
import type { ApplianceFacts } from './contracts/appliance-status.ts'
import type { JournalLine } from './contracts/logs.ts'
import type { ChildQuestion } from './contracts/child-message.ts'
import type { HandOverState } from './contracts/hand-over.ts'
import type { ListenAddress } from './contracts/listen-address.ts'
import type { KeepingAnswer } from './contracts/backups.ts'
import type { SettingsAnswer } from './contracts/tuning.ts'
import type { TunnelStatus } from './contracts/tunnel.ts'
import type { WayIn } from './contracts/way-in.ts'
import type { ChildChannel } from './core/child-channel.ts'
import type { Clock } from './core/clock.ts'
import { dataDirAt } from './core/data-dir.ts'
import { describeError } from './core/errors.ts'
import type { Logger } from './core/log.ts'
import type { Config } from './core/config.ts'
import { type Context, contextOptionsFrom, openContext } from './context.ts'
import { readProbeKey } from './domain/edges/probe-key.ts'
import { checkDomainSetting } from './domain/owner/check-domain.ts'
import { UNPUBLISHED_DOMAIN } from './domain/owner/own-uris.ts'
import { buildPrivateApp, buildPublicApp } from './http/app.ts'
import type { BackupShelf } from './http/backup-shelf.ts'
import type { HttpContext, Supervision } from './http/http-context.ts'
import { listenOn } from './http/listen.ts'
import { WaysIn } from './http/ways-in/ways-in.ts'
import { doctorOf, finishTaking, startCare } from './http/owner/index.ts'
import { answerOfCaches, isOfCaches } from './storage/caches/answer-caches.ts'
import { tracerOf } from './tracing/begin-traces.ts'

/** Either of the two apps. */
type HttpApp = Awaited<ReturnType<typeof buildPublicApp>>

/** The tunnel believes a proof for minutes. */
const PEER_PROOF_EVERY_MS = 10_000

interface Binding {
  readonly address: ListenAddress
  readonly log: Logger
  /** Several servers share what is no socket. */
  readonly shared: boolean
}

export async function runServer(channel: ChildChannel<Config>): Promise<void> {
  const { start } = channel
  const context = await openContext({
    ...contextOptionsFrom({ start, inquire: channel.inquire.bind(channel) }),
    notice: channel.notice.bind(channel),
    tracer: await tracerOf(channel),
  })
  channel.onStop(() => context.close())
  checkDomainSetting(context.home, start.settings.domain)
  const stopping = new AbortController()
  const httpContext = await withFigures(httpContextFrom(context, channel, stopping.signal), start.index)
  const shared = start.settings.serverProcesses > 1
  const listening: ListenAddress[] = []
  if (start.publicListen !== null) {
    const app = await buildPublicApp(httpContext)
    const way = { address: start.publicListen, log: context.log, shared }
    listening.push(await bindPublic(app, channel, way))
    await openWaysIn(app, channel, way)
  }
  if (start.privateListen !== null) {
    const app = await buildPrivateApp(httpContext)
    channel.onStop(() => app.close())
    const setting = 'HOMEBIRD_PRIVATE_LISTEN'
    listening.push(await listenOn(app, start.privateListen, { setting, shared: false }))
  }
  if (start.privateListen !== null) lookAfter(httpContext, channel)
  else channel.onAsk((question) => answerOf(httpContext, question))
  // Streams end before the apps are closed, so that nobody is cut in the midst of an answer.
  channel.onStop(() => stopping.abort())
  channel.onStop(followHome(context, channel))
  context.log.info({ event: 'server.ready', listening })
  channel.ready(listening)
}

/** One server of a machine looks after what the owner is told of the home. */
function lookAfter(context: HttpContext, channel: ChildChannel<Config>): void {
  const care = startCare(context)
  channel.onStop(async () => care.stop())
  finishTaking(context).catch((error: unknown) =>
    context.log.error({ event: 'hand_over.not_finished', error: describeError(error) }),
  )
  channel.onLook(() => care.look())
  channel.onAsk((question) => {
    if (question !== 'doctor' && question !== 'doctor_deep') return answerOf(context, question)
    return doctorOf(context).run(question === 'doctor_deep' ? 'deep' : 'asked')
  })
}

/** What every server answers. */
const answerOf = (context: HttpContext, question: ChildQuestion): unknown => {
  if (isOfCaches(question)) return answerOfCaches(context, question)
  return question === 'figures' ? (context.figures?.own() ?? null) : null
}

function httpContextFrom(
  context: Context,
  channel: ChildChannel<Config>,
  stopping: AbortSignal,
): HttpContext {
  const { oneTimeKeyHash, windowDir } = channel.start
  let { hasRoom } = channel.start.conditions
  channel.onConditions((now) => {
    hasRoom = now.hasRoom
  })
  const supervision: Supervision = {
    dataDir: channel.start.dataDir,
    facts: async () => (await channel.inquire({ kind: 'facts' })) as ApplianceFacts | null,
    figures: async () => (await channel.inquire({ kind: 'figures' })) as readonly unknown[],
    journal: async (count) => (await channel.inquire({ kind: 'journal', count })) as readonly JournalLine[],
    ask: async (request) => (await channel.inquire(request)) as TunnelStatus | null,
    keep: async (request) => (await channel.inquire(request)) as KeepingAnswer,
    handOver: async (request) => (await channel.inquire(request)) as HandOverState,
    settings: async (request) => (await channel.inquire(request)) as SettingsAnswer,
    hasRoom: () => hasRoom,
    voice: channel.start.voice ?? 'speaks',
    peerProved: atMostEvery(PEER_PROOF_EVERY_MS, context.clock, () =>
      channel.report({ kind: 'peer_proved' }),
    ),
    vantage: channel.start.vantage,
    secrets: [channel.start.database?.password ?? ''].filter((secret) => secret !== ''),
  }
  const backupShelf = shelfOf(channel.start.dataDir)
  return { ...context, oneTimeKeyHash, windowDir, supervision, backupShelf, stopping }
}

/** Loaded where figures are offered. */
async function withFigures(context: HttpContext, index: number): Promise<HttpContext> {
  if (!context.config.metrics) return context
  const { openFigures } = await import('./http/metrics/figures.ts')
  return { ...context, figures: openFigures(context, `server-${index}`) }
}

/** Loaded when somebody looks at backups. */
function shelfOf(dataDir: string): BackupShelf {
  const around = { dataDir, ownFolder: dataDirAt(dataDir).backups }
  const shelf = async () => new (await import('./keeping/shelf.ts')).Shelf(around)
  return {
    list: async (address) => (await shelf()).list(address),
    find: async (address) => (await shelf()).find(address),
    read: async (address, name) => (await shelf()).read(address, name),
    remove: async (address, name) => (await shelf()).remove(address, name),
    try: async (address) => (await shelf()).try(address),
    look: async (from, keys) => (await shelf()).look(from, keys),
    makeKey: async () => (await shelf()).makeKey(),
  }
}

/** What tunnels lead to, now and whenever the supervisor exchanges it. */
async function openWaysIn(
  app: HttpApp,
  channel: ChildChannel<Config>,
  options: Omit<Binding, 'address'>,
): Promise<void> {
  const ways = new WaysIn(app, options)
  channel.onStop(() => ways.close())
  const change = async (wanted: readonly WayIn[]): Promise<void> =>
    channel.report({ kind: 'ways_in', ...(await ways.change(wanted)) })
  channel.onWaysIn((wanted) => void change(wanted))
  await change(channel.start.waysIn)
}

/** Tells the supervisor what the tunnel must know of the home, now and when it changes. @returns what ends it */
function followHome({ home, log }: Context, channel: ChildChannel<Config>): () => void {
  let told = ''
  const tell = async (): Promise<void> => {
    const published = home.domains().filter(({ domain }) => domain !== UNPUBLISHED_DOMAIN)
    const hosts = published.map(({ service_host: host }) => host)
    const handleHosts = published.map(({ domain }) => domain).filter((domain) => !hosts.includes(domain))
    const probeKey = hosts.length === 0 ? '' : (await readProbeKey(home)).toString('base64url')
    const facts = { hosts, handleHosts, probeKey }
    if (JSON.stringify(facts) === told) return
    told = JSON.stringify(facts)
    channel.report({ kind: 'home', home: facts })
  }
  const tellOrLog = (): void => {
    tell().catch((error: unknown) => log.warn({ event: 'tunnel.home_unknown', error }))
  }
  tellOrLog()
  return home.onRefreshed(tellOrLog)
}

/** The address that every home has: it believes nobody's word about visitors. @returns the address as bound */
async function bindPublic(app: HttpApp, channel: ChildChannel<Config>, way: Binding): Promise<ListenAddress> {
  channel.onStop(() => app.close())
  return listenOn(app, way.address, { setting: 'HOMEBIRD_PORT', shared: way.shared })
}

function atMostEvery(ms: number, clock: Clock, act: () => void): () => void {
  let last = Number.NEGATIVE_INFINITY
  return () => {
    const now = clock.monotonicMs()
    if (now - last < ms) return
    last = now
    act()
  }
}
