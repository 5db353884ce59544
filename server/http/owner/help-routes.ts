/** The help bundle: what somebody needs to know who helps, as text, whole before the owner's eyes, with secrets taken out. */
import { cpus, release, totalmem } from 'node:os'
import type { FastifyPluginAsync } from 'fastify'
import type { HelpBundle } from '../../contracts/logs.ts'
import { dataDirAt } from '../../core/data-dir.ts'
import { describeError } from '../../core/errors.ts'
import type { Redactor } from '../../core/redact.ts'
import { changedSettings } from '../../core/secret-settings.ts'
import { VERSION } from '../../core/version.ts'
import { PUBLIC_EDGE, readEdge } from '../../domain/edges/edge.ts'
import { readDatabaseFacts } from '../../domain/status/database-facts.ts'
import { readStorageFacts } from '../../domain/status/storage-facts.ts'
import { statsOf } from '../../storage/caches/open-caches.ts'
import { countCrashReports } from '../../storage/logs/crash-reports.ts'
import { readLogs } from '../../storage/logs/read-logs.ts'
import type { HttpContext } from '../http-context.ts'
import { lineText, logFolder, redactorOf } from './log-routes.ts'
import { doctorOf } from './open-doctor.ts'
import { readStatus } from './status-routes.ts'

const OWNER = { config: { scope: 'owner' } } as const
/** Making one looks through folders and logs. */
const BUNDLES = { max: 20, timeWindow: 300_000 }
const MOST_LINES = 400
const MOST_LOOKED = 60_000

export function helpRoutes(context: HttpContext): FastifyPluginAsync {
  const redact = redactorOf(context)
  return async (app) => {
    app.get(
      '/help-bundle',
      { config: { ...OWNER.config, rateLimit: BUNDLES } },
      async (): Promise<HelpBundle> => ({
        at: context.clock.now().toISOString(),
        sections: await Promise.all(
          SECTIONS.map(async ([name, read]) => ({ name, text: await sectionText(context, redact, read) })),
        ),
      }),
    )
  }
}

type Reading = (context: HttpContext, redact: Redactor) => Promise<unknown>

/** A section that cannot be read says why: that may be what somebody needs to know. */
async function sectionText(context: HttpContext, redact: Redactor, read: Reading): Promise<string> {
  let text: string
  try {
    const value = await read(context, redact)
    text = typeof value === 'string' ? value : JSON.stringify(value, null, 2)
  } catch (error) {
    text = `cannot be read: ${describeError(error)}`
  }
  return redact(text)
}

/** In the order in which they are shown; the window has a title for each. */
const SECTIONS: readonly (readonly [string, Reading])[] = [
  [
    'program',
    async (context) => ({
      ...programFacts(),
      crashReports: context.supervision === null ? 0 : await countCrashReports(logFolder(context)),
      ...(await readDatabaseFacts(context.db)),
    }),
  ],
  ['settings', async ({ config }) => changedSettings(config)],
  ['doctor', async (context) => (await doctorOf(context).run()).findings],
  ['status', async (context) => readStatus(context)],
  [
    'storage',
    async (context) => {
      const { supervision } = context
      return supervision === null
        ? null
        : readStorageFacts({ ...context, dir: dataDirAt(supervision.dataDir) })
    },
  ],
  ['caches', async ({ caches }) => statsOf(caches)],
  ['edge', async ({ db }) => readEdge(db, PUBLIC_EDGE)],
  ['log', async (context, redact) => logText(context, redact)],
]

function programFacts(): Readonly<Record<string, unknown>> {
  return {
    homebird: VERSION,
    node: process.version,
    system: `${process.platform} ${process.arch} ${release()}`,
    cores: cpus().length,
    memoryMegabytes: Math.round(totalmem() / 1_048_576),
  }
}

/** Warnings and errors, the newest last. */
async function logText(context: HttpContext, redact: Redactor): Promise<string> {
  const { lines } = await readLogs(logFolder(context), redact, {
    matches: ({ level }) => level === 'warn' || level === 'error',
    limit: MOST_LINES,
    mostLooked: MOST_LOOKED,
    before: null,
  })
  return lines.toReversed().map(lineText).join('\n')
}
