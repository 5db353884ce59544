/**
 * Restoring in the owner's hands: a backup of a place of the settings or of any other, a file of this computer or one that is brought
 * is looked into, and takes the place of the home once the password has said so. A home that is not set up has nothing to lose and no password yet.
 */
import { Readable } from 'node:stream'
import { basename, isAbsolute } from 'node:path'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { PlaceListing, RestorePreview } from '../../contracts/backups.ts'
import type { BackupKeyAnswer, BackupSource, KeeperState, PlaceWithSecrets } from '../../contracts/keeping.ts'
import { HomebirdError } from '../../core/errors.ts'
import { listIdentities } from '../../domain/actors/actor.ts'
import type { HttpContext } from '../http-context.ts'
import { TEN_IN_FIVE_MINUTES, limitTries, requirePassword } from '../plugins/password-confirmation.ts'
import { UPLOAD_PACE, withinBounds } from '../plugins/upload-pace.ts'

const CONFIRMED = { config: { scope: 'owner', rateLimit: TEN_IN_FIVE_MINUTES } } as const
/** A home with as many media as a person makes in some decades. */
const MOST_BACKUP_BYTES = 1_024 * 1_073_741_824

const Address = Type.String({ minLength: 1, maxLength: 8_000 })
const Password = Type.String({ maxLength: 2_000 })
const Name = Type.String({ maxLength: 100 })
const Source = Type.Union([
  Type.Object({ place: Type.String({ maxLength: 64 }), name: Name }),
  /** Of a place that is none of the settings, with its secrets. */
  Type.Object({ address: Address, name: Name }),
  Type.Object({ file: Type.String({ minLength: 1, maxLength: 4_000 }) }),
  Type.Object({ upload: Type.String({ maxLength: 64 }) }),
])
const Form = Type.Object({
  from: Source,
  /** The passphrase or the recovery code; null where the home's own key opens it. */
  words: Type.Union([Type.String({ maxLength: 1_000 }), Type.Null()]),
  password: Password,
})
const PlaceForm = Type.Object({ address: Address, password: Password })
type Asked = { Body: Static<typeof Form> }

export function restoreRoutes(context: HttpContext): FastifyPluginAsync {
  return async (app) => {
    await limitTries(app)
    const made = { ...CONFIRMED, schema: { body: Form } }
    app.post<Asked>('/restore/look', made, async ({ body }): Promise<RestorePreview> => {
      const handles = await confirm(context, body.password)
      const { supervision, shelf } = inHome(context)
      const { key } = (await supervision.keep({ kind: 'keeping', ask: 'key' })) as BackupKeyAnswer
      const from = await sourceOf(context, body.from)
      const inside = await shelf.look(from, { key, words: body.words })
      return { inside, replaces: handles, folder: supervision.dataDir }
    })
    app.post<Asked>('/restore/start', made, async ({ body }, reply): Promise<KeeperState> => {
      await confirm(context, body.password)
      const order = { task: 'restore', from: await sourceOf(context, body.from), words: body.words } as const
      void reply.code(202)
      return (await inHome(context).supervision.keep({
        kind: 'keeping',
        ask: 'start',
        order,
      })) as KeeperState
    })
    app.post<{ Body: Static<typeof PlaceForm> }>(
      '/restore/places/list',
      { ...CONFIRMED, schema: { body: PlaceForm } },
      async ({ body }): Promise<PlaceListing> => {
        await confirm(context, body.password)
        return inHome(context).shelf.find(body.address)
      },
    )
    await app.register(uploadRoutes(context))
  }
}

function uploadRoutes(context: HttpContext): FastifyPluginAsync {
  return async (app) => {
    app.removeAllContentTypeParsers()
    // Nothing is read before the route does.
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    const one = new OneUpload(context)
    app.post<{ Body: unknown }>('/restore/uploads', CONFIRMED, async (request, reply) => {
      inHome(context)
      void reply.code(201)
      return { upload: await one.take(request) }
    })
  }
}

/** One backup is brought at a time, and one lies there: the next takes its place. */
class OneUpload {
  readonly #context: HttpContext
  #isComing = false
  #last: string | null = null

  constructor(context: HttpContext) {
    this.#context = context
  }

  /** @throws HomebirdError CONFLICT while another one comes, or the one that lies there is restored */
  async take(request: Incoming): Promise<string> {
    if (this.#isComing) {
      const why = 'another backup is being brought already; wait for it, or leave the page that brings it'
      throw new HomebirdError('CONFLICT', why, { safe: why })
    }
    this.#isComing = true
    try {
      await this.#requireAtRest()
      if (this.#last !== null) await this.#context.shelf.discard({ path: this.#last })
      this.#last = null
      this.#last = await takeIn(this.#context, request)
      return basename(this.#last)
    } finally {
      this.#isComing = false
    }
  }

  async #requireAtRest(): Promise<void> {
    const { supervision } = inHome(this.#context)
    const { running } = (await supervision.keep({ kind: 'keeping', ask: 'state' })) as KeeperState
    if (running?.task !== 'restore') return
    const why = 'a backup is being restored now; wait until that has ended, or cancel it'
    throw new HomebirdError('CONFLICT', why, { safe: why })
  }
}

type Incoming = FastifyRequest<{ Body: unknown }>

/** It lies among what is brought for taking in, and goes from there after two days. @returns its path */
async function takeIn({ shelf }: Pick<HttpContext, 'shelf'>, request: Incoming): Promise<string> {
  const { body } = request
  if (!(body instanceof Readable)) {
    throw new HomebirdError('UNPROCESSABLE', 'a backup came without a file', {
      safe: 'The backup is missing or empty.',
    })
  }
  const taken = await withinBounds(request, { mostBytes: MOST_BACKUP_BYTES, pace: UPLOAD_PACE }, async () =>
    shelf.take(body, MOST_BACKUP_BYTES),
  ).catch((error: unknown) => {
    // What is still coming is not waited for, and ends what was written of it.
    body.destroy()
    throw error
  })
  return taken.path
}

/**
 * @returns the handles of the home that is replaced
 * @throws HomebirdError UNPROCESSABLE for a wrong password
 */
async function confirm({ db }: HttpContext, password: string): Promise<string[]> {
  const identities = await listIdentities(db)
  if (identities.length > 0) await requirePassword(db, password)
  return identities.map((one) => `@${one.username}@${one.handle_domain}`)
}

/** @throws HomebirdError UNAVAILABLE where nobody supervises this server */
function inHome({ supervision, backupShelf }: HttpContext): {
  readonly supervision: NonNullable<HttpContext['supervision']>
  readonly shelf: NonNullable<HttpContext['backupShelf']>
} {
  if (supervision !== null && backupShelf !== undefined) return { supervision, shelf: backupShelf }
  const why = 'this server was started by no supervisor, which alone can restore; use homebird restore'
  throw new HomebirdError('UNAVAILABLE', why, { safe: why })
}

/** With the address of its place. */
async function sourceOf(context: HttpContext, from: Static<typeof Source>): Promise<BackupSource> {
  if ('address' in from) return { place: from.address, name: from.name }
  if (!('place' in from)) return fileOf(context, from)
  const { supervision } = inHome(context)
  const { address } = (await supervision.keep({
    kind: 'keeping',
    ask: 'place',
    place: from.place,
  })) as PlaceWithSecrets
  return { place: address, name: from.name }
}

function fileOf(
  { shelf }: HttpContext,
  from: Exclude<Static<typeof Source>, { readonly name: string }>,
): BackupSource {
  if ('file' in from) {
    if (isAbsolute(from.file)) return { file: from.file }
    const why = `${JSON.stringify(from.file.slice(0, 200))} is no whole path of this computer; begin it with its root, such as /`
    throw new HomebirdError('UNPROCESSABLE', why, { safe: why })
  }
  const file = shelf.partNamed(from.upload)
  if (file !== null) return { file }
  const why = 'no such backup was brought here; choose the file again'
  throw new HomebirdError('NOT_FOUND', why, { safe: why })
}
