/** Backups in the owner's hands: what there is, when and where they are made, and the words that open them elsewhere. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { BackupsOverview, ListedBackup, PlaceTrial } from '../../contracts/backups.ts'
import type { BackupLocks, KeeperOutcome, KeeperState, PlaceWithSecrets } from '../../contracts/keeping.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { BackupShelf } from '../backup-shelf.ts'
import type { HttpContext } from '../http-context.ts'
import { TEN_IN_FIVE_MINUTES, limitTries, requirePassword } from '../plugins/password-confirmation.ts'

const OWNER = { config: { scope: 'owner' } } as const
const CONFIRMED = { config: { scope: 'owner', rateLimit: TEN_IN_FIVE_MINUTES } } as const

const Password = Type.String({ maxLength: 2_000 })
const Place = Type.String({ maxLength: 64 })
const Name = Type.String({ maxLength: 100 })
const PlacePath = Type.Object({ place: Place })
const FilePath = Type.Object({ place: Place, name: Name })
/** The password where fewer backups are made or kept than before. */
const SettingsForm = Type.Object({
  at: Type.Optional(Type.String({ maxLength: 10 })),
  keep: Type.Optional(Type.String({ maxLength: 40 })),
  password: Type.Optional(Password),
})
/** What is gone from a place is gone: not for a session alone to say. */
const RemovalForm = Type.Object({ password: Password })
/** Where this home writes, and whom it calls, is not for a session alone to say. */
const PlaceForm = Type.Object({ address: Type.String({ maxLength: 8_000 }), password: Password })
const LockForm = Type.Object({
  by: Type.Union([Type.Literal('passphrase'), Type.Literal('recovery')]),
  words: Type.Union([Type.String({ maxLength: 1_000 }), Type.Null()]),
  password: Password,
})
const StartForm = Type.Object({
  place: Type.Optional(Place),
  isWhole: Type.Optional(Type.Boolean()),
})

export function backupRoutes(context: HttpContext): FastifyPluginAsync {
  const keeping = new Keeping(context)
  return async (app) => {
    await limitTries(app)
    app.get('/backups', OWNER, async (): Promise<{ readonly backups: BackupsOverview | null }> => ({
      backups: context.supervision === null ? null : await keeping.overview(),
    }))
    app.put<{ Body: Static<typeof SettingsForm> }>(
      '/backups/settings',
      { ...CONFIRMED, schema: { body: SettingsForm } },
      async ({ body: { password = '', ...settings } }) => {
        const { at, keep } = await keeping.overview()
        if (isLess(settings, { at, keep })) await requirePassword(context.db, password)
        return keeping.ask({ kind: 'keeping', ask: 'backup_settings', ...settings })
      },
    )
    app.post<{ Body: Static<typeof StartForm> }>(
      '/backups/start',
      { ...OWNER, schema: { body: StartForm } },
      async ({ body }, reply): Promise<KeeperState> => {
        void reply.code(202)
        return keeping.ask({ kind: 'keeping', ask: 'start', order: { task: 'backup', ...body } })
      },
    )
    app.post('/backups/cancel', OWNER, async () => keeping.ask({ kind: 'keeping', ask: 'cancel' }))
    app.put<{ Body: Static<typeof LockForm> }>(
      '/backups/locks',
      { ...CONFIRMED, schema: { body: LockForm } },
      async ({ body: { by, words, password } }): Promise<BackupLocks> => {
        await requirePassword(context.db, password)
        return keeping.ask({ kind: 'keeping', ask: 'lock', by, words })
      },
    )
    await app.register(placeRoutes(context, keeping))
    await app.register(fileRoutes(context, keeping))
  }
}

/** Whether fewer backups would be made or kept; a rule that cannot be read is refused by whoever takes it. */
function isLess(
  { at, keep }: Pick<Static<typeof SettingsForm>, 'at' | 'keep'>,
  now: Pick<BackupsOverview, 'at' | 'keep'>,
): boolean {
  if (at === 'never' && now.at !== 'never') return true
  if (keep === undefined) return false
  const [days = 0, weeks = 0, months = 0] = keep.split(',').map(Number)
  return days < now.keep.days || weeks < now.keep.weeks || months < now.keep.months
}

function placeRoutes({ db }: HttpContext, keeping: Keeping): FastifyPluginAsync {
  type Form = { Body: Static<typeof PlaceForm> }
  const made = { ...CONFIRMED, schema: { body: PlaceForm } }
  return async (app) => {
    app.post<Form>('/backups/places/try', made, async ({ body }): Promise<PlaceTrial> => {
      await requirePassword(db, body.password)
      return keeping.shelf.try(body.address)
    })
    app.post<Form>('/backups/places', made, async ({ body }): Promise<BackupsOverview> => {
      await requirePassword(db, body.password)
      return keeping.ask({ kind: 'keeping', ask: 'add_place', address: body.address })
    })
    app.post<{ Params: Static<typeof PlacePath>; Body: Static<typeof RemovalForm> }>(
      '/backups/places/:place/remove',
      { ...CONFIRMED, schema: { params: PlacePath, body: RemovalForm } },
      async ({ params, body }): Promise<BackupsOverview> => {
        await requirePassword(db, body.password)
        return keeping.ask({ kind: 'keeping', ask: 'remove_place', place: params.place })
      },
    )
    app.post('/backups/keys', OWNER, async () => keeping.shelf.makeKey())
  }
}

function fileRoutes({ db }: HttpContext, keeping: Keeping): FastifyPluginAsync {
  type File = { Params: Static<typeof FilePath> }
  const one = { ...OWNER, schema: { params: FilePath } }
  return async (app) => {
    app.get<{ Params: Static<typeof PlacePath> }>(
      '/backups/places/:place/files',
      { ...OWNER, schema: { params: PlacePath } },
      async ({ params }): Promise<{ readonly backups: readonly ListedBackup[] }> => ({
        backups: await keeping.listed(params.place),
      }),
    )
    app.get<File>('/backups/places/:place/files/:name', one, async ({ params }, reply) => {
      const { bytes, content } = await keeping.shelf.read(await keeping.addressOf(params.place), params.name)
      return reply
        .header('content-type', 'application/octet-stream')
        .header('content-length', bytes)
        .header('content-disposition', `attachment; filename="${params.name}"`)
        .send(content)
    })
    app.post<File & { Body: Static<typeof RemovalForm> }>(
      '/backups/places/:place/files/:name/remove',
      { ...CONFIRMED, schema: { params: FilePath, body: RemovalForm } },
      async ({ params, body }, reply) => {
        await requirePassword(db, body.password)
        await keeping.shelf.remove(await keeping.addressOf(params.place), params.name)
        return reply.code(204).send()
      },
    )
    app.post<File>('/backups/places/:place/files/:name/check', one, async ({ params }, reply) => {
      void reply.code(202)
      const order = { task: 'verify', ...params } as const
      return keeping.ask({ kind: 'keeping', ask: 'start', order })
    })
  }
}

/** The supervisor's keeper and the server's own view of places, where there are both. */
class Keeping {
  readonly #context: HttpContext

  constructor(context: HttpContext) {
    this.#context = context
  }

  /** @throws HomebirdError UNAVAILABLE where nobody supervises this server */
  get shelf(): BackupShelf {
    const { backupShelf } = this.#context
    if (backupShelf !== undefined) return backupShelf
    throw new HomebirdError(
      'UNAVAILABLE',
      'this server was started by no supervisor, which alone keeps backups',
    )
  }

  ask: KeepingAsk = async (request) => {
    const { supervision } = this.#context
    if (supervision !== null) return (await supervision.keep(request)) as never
    throw new HomebirdError(
      'UNAVAILABLE',
      'this server was started by no supervisor, which alone keeps backups',
    )
  }

  async overview(): Promise<BackupsOverview> {
    return this.ask({ kind: 'keeping', ask: 'backups' })
  }

  async addressOf(place: string): Promise<string> {
    const { address } = await this.ask<PlaceWithSecrets>({ kind: 'keeping', ask: 'place', place })
    return address
  }

  async listed(place: string): Promise<ListedBackup[]> {
    const [found, { ended }] = [await this.shelf.list(await this.addressOf(place)), await this.overview()]
    return found.map((backup) => Object.assign(backup, { checked: checkedFrom(ended, place, backup.name) }))
  }
}

type KeepingAsk = <Answer>(
  request: Parameters<NonNullable<HttpContext['supervision']>['keep']>[0],
) => Promise<Answer>

function checkedFrom(ended: readonly KeeperOutcome[], place: string, name: string): ListedBackup['checked'] {
  const last = ended.find(
    (one) =>
      one.task === 'verify' && one.subject === name && one.place === place && one.result !== 'cancelled',
  )
  return last === undefined
    ? null
    : { at: last.endedAt, isGood: last.result === 'done', message: last.message }
}
