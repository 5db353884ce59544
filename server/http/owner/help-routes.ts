/** The help bundle: what somebody needs to know who helps, as text, whole before the owner's eyes, without secrets and people. */
import type { FastifyPluginAsync } from 'fastify'
import type { HelpBundle } from '../../contracts/logs.ts'
import { dataDirAt } from '../../core/data-dir.ts'
import { describeError } from '../../core/errors.ts'
import type { Redactor } from '../../core/redact.ts'
import { changedSettings } from '../../core/secret-settings.ts'
import { JOURNAL_LINES, journalText } from '../../core/journal-text.ts'
import { programFacts } from '../../core/program-facts.ts'
import { withoutPeople } from '../../core/without-people.ts'
import { PUBLIC_EDGE, readEdge } from '../../domain/edges/edge.ts'
import { readDatabaseFacts } from '../../domain/status/database-facts.ts'
import { readOwnPeople } from '../../domain/status/own-people.ts'
import { readStorageFacts } from '../../domain/status/storage-facts.ts'
import { statsOf } from '../../storage/caches/open-caches.ts'
import { countCrashReports } from '../../storage/logs/crash-reports.ts'
import { readTroubleText } from '../../storage/logs/trouble-text.ts'
import type { HttpContext } from '../http-context.ts'
import { logFolder, redactorOf } from './log-routes.ts'
import { doctorOf } from './open-doctor.ts'
import { readStatus } from './status-routes.ts'

const OWNER = { config: { scope: 'owner' } } as const
/** Making one looks through folders and logs. */
const BUNDLES = { max: 20, timeWindow: 300_000 }

export function helpRoutes(context: HttpContext): FastifyPluginAsync {
  const secretly = redactorOf(context)
  return async (app) => {
    app.get(
      '/help-bundle',
      { config: { ...OWNER.config, rateLimit: BUNDLES } },
      async (): Promise<HelpBundle> => {
        const without = withoutPeople(await readOwnPeople(context.db))
        const redact: Redactor = (text) => without(secretly(text))
        const sections = SECTIONS.map(async ([name, read]) => ({
          name,
          text: await sectionText(context, redact, read),
        }))
        return { at: context.clock.now().toISOString(), sections: await Promise.all(sections) }
      },
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
  ['journal', async ({ supervision }) => journalText((await supervision?.journal(JOURNAL_LINES)) ?? [])],
  ['log', async (context, redact) => readTroubleText(logFolder(context), redact)],
]
