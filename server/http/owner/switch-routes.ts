/** Switches of the running home: authorised fetch, the pause of what goes out, the share of the machine, crawlers. */
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { SwitchFacts } from '../../contracts/moderation.ts'
import { HomebirdError } from '../../core/errors.ts'
import { inTransaction } from '../../db/transaction.ts'
import {
  AGENT_PATTERN,
  MOST_AGENTS,
  readCrawlerRules,
  setCrawlerRules,
} from '../../domain/owner/crawler-rules.ts'
import {
  LEAST_WORK_SHARE,
  activePause,
  pauseWork,
  readSwitches,
  resumeWork,
  setAuthorizedFetch,
  setWorkShare,
} from '../../domain/owner/switches.ts'
import type { HttpContext } from '../http-context.ts'

const OWNER = { config: { scope: 'owner' } } as const

/** A union of two schemas would have null read as false, because bodies are coerced. */
const FetchForm = Type.Object({
  authorizedFetch: Type.Unsafe<boolean | null>({ type: ['boolean', 'null'] }),
})
const PauseForm = Type.Object({
  until: Type.Optional(Type.Unsafe<string | null>({ type: ['string', 'null'], maxLength: 40 })),
})
const CrawlerForm = Type.Object({
  deniesAiCrawlers: Type.Optional(Type.Boolean()),
  extraDeniedAgents: Type.Optional(
    Type.Array(Type.String({ pattern: AGENT_PATTERN }), { maxItems: MOST_AGENTS }),
  ),
})
const ShareForm = Type.Object({ workShare: Type.Number({ minimum: LEAST_WORK_SHARE, maximum: 1 }) })

export function switchRoutes(context: HttpContext): FastifyPluginAsync {
  const { db, clock } = context
  return async (app) => {
    app.get('/switches', OWNER, async () => facts(context))
    app.put<{ Body: Static<typeof FetchForm> }>(
      '/switches/authorized-fetch',
      { ...OWNER, schema: { body: FetchForm } },
      async (request) => {
        await setAuthorizedFetch(db, request.body.authorizedFetch)
        return facts(context)
      },
    )
    app.put<{ Body: Static<typeof ShareForm> }>(
      '/switches/work-share',
      { ...OWNER, schema: { body: ShareForm } },
      async (request) => {
        await setWorkShare(db, request.body.workShare)
        return facts(context)
      },
    )
    crawlerRoutes(app, context)
    app.post<{ Body: Static<typeof PauseForm> }>(
      '/pause',
      { ...OWNER, schema: { body: PauseForm } },
      async (request) => {
        await pauseWork(db, parseUntil(request.body.until ?? null, clock.now()), clock.now())
        return facts(context)
      },
    )
    app.delete('/pause', OWNER, async () => {
      await resumeWork(db, clock.now())
      return facts(context)
    })
  }
}

function crawlerRoutes(app: FastifyInstance, { db, clock }: HttpContext): void {
  const path = '/switches/crawlers'
  app.get(path, OWNER, async () => readCrawlerRules(db))
  app.patch<{ Body: Static<typeof CrawlerForm> }>(
    path,
    { ...OWNER, schema: { body: CrawlerForm } },
    async (request) => {
      await inTransaction(db, async (tx) => setCrawlerRules(tx, request.body, clock.now()))
      return readCrawlerRules(db)
    },
  )
}

/** Read from the database, so that whoever has just switched sees it. */
async function facts({ db, clock, config }: HttpContext): Promise<SwitchFacts> {
  const switches = await readSwitches(db)
  const pause = activePause(switches, clock.now())
  return {
    authorizedFetch: switches.authorizedFetch ?? config.authorizedFetch,
    authorizedFetchChosen: switches.authorizedFetch,
    pause:
      pause === null ? null : { since: pause.since.toISOString(), until: pause.until?.toISOString() ?? null },
    workShare: switches.workShare,
  }
}

/** @throws HomebirdError UNPROCESSABLE for what is no moment, and for one that is past */
function parseUntil(raw: string | null, now: Date): Date | null {
  if (raw === null) return null
  const until = new Date(raw)
  if (until > now) return until
  throw new HomebirdError('UNPROCESSABLE', `a pause until ${JSON.stringify(raw)} is over already`, {
    safe: 'A pause must end in the future.',
  })
}
