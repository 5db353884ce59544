/** Statuses: written, read, edited, deleted. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { resolveMentions } from '../../activitypub/resolve-mentions.ts'
import type { ScheduledStatus } from '../../contracts/scheduled-status.ts'
import type { Status } from '../../contracts/status.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import { inTransaction } from '../../db/transaction.ts'
import { createPost } from '../../domain/posts/create-post.ts'
import { deletePost } from '../../domain/posts/delete-post.ts'
import { editPost } from '../../domain/posts/edit-post.ts'
import { findVisiblePosts, getOwnPost, getVisiblePost } from '../../domain/posts/find-post.ts'
import { type Written, findOfKey, rememberKey } from '../../domain/posts/idempotency.ts'
import { OWNERS_CONTEXT, STRANGERS_CONTEXT, listContext } from '../../domain/posts/list-context.ts'
import { listEdits, sourceTextOf } from '../../domain/posts/list-edits.ts'
import { listBoosters, listLikers } from '../../domain/posts/list-posts.ts'
import { unboostPost } from '../../domain/posts/boost-post.ts'
import { statusFromRow, statusesFromRows } from '../../domain/posts/status-entities.ts'
import type { PostRow } from '../../domain/posts/status-facts.ts'
import { type ScheduledDraft, schedulePost } from '../../domain/scheduled-posts/schedule-post.ts'
import { accountsFromIds } from '../../domain/actors/account-entities.ts'
import { actorIdOf, forAll, forUser, viewerIdOf } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { lookAtPost, lookAtThread } from './look-at.ts'
import { attachmentEditsOf } from './media-routes.ts'
import { countAnew } from './poll-routes.ts'
import { ACCOUNT_PAGE, PageQuery, linkPage, pageRequest } from './pages.ts'
import { sendScheduled } from './scheduled-routes.ts'
import {
  EditedStatusForm,
  NewStatusForm,
  mediaIdsOf,
  newPostOf,
  pollDraftOf,
  postTextOf,
  wholeEdit,
  scheduledMomentOf,
} from './status-form.ts'

export const IdParams = Type.Object({ id: Type.String({ maxLength: 40 }) })
const MAX_BATCH = 40
const MAX_KEY_LENGTH = 255

/** A post as the asking identity sees it. @throws HomebirdError NOT_FOUND */
export async function sendStatus(api: Api, request: FastifyRequest, id: string): Promise<Status> {
  const post = await getVisiblePost(api.context.db, viewerIdOf(request), id)
  return statusOf(api, request, post)
}

async function statusOf(api: Api, request: FastifyRequest, post: PostRow): Promise<Status> {
  const status = await statusFromRow(api.context.db, api.scopeOf(request), post)
  if (status === undefined) throw new HomebirdError('NOT_FOUND', `post ${post.id} lost its author`)
  return status
}

export function statusRoutes(api: Api): FastifyPluginAsync {
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    writingRoutes(app, api)
    readingRoutes(app, api)
    threadRoutes(app, api)
  }
}

function writingRoutes(app: ApiApp, api: Api): void {
  const { db, home } = api.context
  app.post(
    '/statuses',
    { ...forUser('write:statuses'), schema: { body: NewStatusForm } },
    async (request) => {
      const form = request.body
      const author = await api.actorOf(request)
      const draft = await newPostOf(api, request, author, form)
      const scheduledAt = scheduledMomentOf(form.scheduled_at, api.now())
      const written = await (scheduledAt === null
        ? publish(api, request, draft)
        : putOff(api, request, draft, scheduledAt))
      return sendWritten(api, request, written)
    },
  )

  const params = IdParams
  const files = { 'media_attributes[][thumbnail]': 'picture' } as const
  const config = { ...forUser('write:statuses').config, files }
  const edited = { config, schema: { params, body: EditedStatusForm } }
  // Where Mastodon takes away what is left out, files and votes stay here: an app that means it sends an empty list, and a
  // script that knows of no files loses none. `wholeEdit` says what becomes of the rest.
  app.put('/statuses/:id', edited, async (request) => {
    const author = await api.actorOf(request)
    const post = await getOwnPost(db, author.id, request.params.id)
    const text = await postTextOf(api, author, wholeEdit(post, sourceTextOf(post), request.body))
    const attachmentIds = mediaIdsOf(request.body.media_ids)
    const poll = pollDraftOf(request.body)
    const edit = {
      ...text,
      quotePolicy: request.body.quote_approval_policy,
      ...(attachmentIds === undefined ? {} : { attachmentIds }),
      attachmentEdits: await attachmentEditsOf(api, request, request.body),
      ...(poll === undefined ? {} : { poll }),
    }
    await inTransaction(db, async (tx) => editPost(tx, home, post, edit, api.now()))
    return sendStatus(api, request, post.id)
  })

  const deletion = { params, querystring: Type.Object({ delete_media: Type.Optional(Type.Boolean()) }) }
  app.delete('/statuses/:id', { ...forUser('write:statuses'), schema: deletion }, async (request) => {
    const withMedia = request.query.delete_media === true
    const post = await getOwnPost(db, actorIdOf(request), request.params.id)
    const status = await sendStatus(api, request, post.id)
    await inTransaction(db, async (tx) => {
      if (post.boost_of_id === null) await deletePost(tx, post, api.now(), { withMedia })
      else await unboostPost(tx, { id: post.author_id }, { id: post.boost_of_id }, api.now())
    })
    return { ...status, text: sourceTextOf(post) }
  })
}

async function publish(api: Api, request: FastifyRequest, draft: ScheduledDraft): Promise<Written> {
  const { home } = api.context
  const mentions = await resolveMentions(api.context, draft.author, [draft.text, draft.summary])
  return writeOnce(api, request, async (tx) => {
    const post = await createPost(tx, home, { ...draft, mentions }, api.now())
    return { postId: post.id, scheduledId: null }
  })
}

async function putOff(
  api: Api,
  request: FastifyRequest,
  draft: ScheduledDraft,
  scheduledAt: Date,
): Promise<Written> {
  return writeOnce(api, request, async (tx) => {
    const row = await schedulePost(tx, draft, scheduledAt, api.now())
    return { postId: null, scheduledId: row.id }
  })
}

/** The second request with one key writes nothing. */
async function writeOnce(
  api: Api,
  request: FastifyRequest,
  write: (tx: Transaction) => Promise<Written>,
): Promise<Written> {
  const key = idempotencyKeyOf(request)
  return inTransaction(api.context.db, async (tx) => {
    const known = key === null ? null : await findOfKey(tx, key)
    if (known !== null) return known
    const written = await write(tx)
    if (key !== null) await rememberKey(tx, key, written)
    return written
  })
}

async function sendWritten(
  api: Api,
  request: FastifyRequest,
  { postId, scheduledId }: Written,
): Promise<Status | ScheduledStatus> {
  return postId === null ? sendScheduled(api, request, scheduledId ?? '') : sendStatus(api, request, postId)
}

function idempotencyKeyOf(request: FastifyRequest): { holder: string; key: string } | null {
  const key = request.headers['idempotency-key']
  const holder = request.access?.holder ?? null
  if (typeof key !== 'string' || key === '' || holder === null) return null
  return { holder, key: key.slice(0, MAX_KEY_LENGTH) }
}

function readingRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  const params = IdParams
  const Ids = Type.Object({
    id: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: MAX_BATCH })),
  })
  app.get('/statuses', { ...forAll('read:statuses'), schema: { querystring: Ids } }, async (request) => {
    const scope = api.scopeOf(request)
    const rows = await findVisiblePosts(db, scope.viewerId, request.query.id ?? [])
    const statuses = await statusesFromRows(db, scope, rows)
    api.looks.atStatuses(scope.viewerId, statuses)
    return statuses
  })
  app.get('/statuses/:id', { ...forAll('read:statuses'), schema: { params } }, async (request) => {
    const post = await getVisiblePost(db, viewerIdOf(request), request.params.id)
    const status = await statusOf(api, request, post)
    await lookAtPost(api, request, post, status)
    return status
  })
  app.get('/statuses/:id/history', { ...forAll('read:statuses'), schema: { params } }, async (request) => {
    const scope = api.scopeOf(request)
    return listEdits(db, scope, await getVisiblePost(db, scope.viewerId, request.params.id))
  })
  app.get('/statuses/:id/source', { ...forUser('read:statuses'), schema: { params } }, async (request) => {
    const post = await getOwnPost(db, actorIdOf(request), request.params.id)
    return { id: post.id, text: sourceTextOf(post), spoiler_text: post.summary }
  })
}

function threadRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  const params = IdParams
  app.get(
    '/statuses/:id/context',
    { ...forAll('read:statuses'), schema: { params } },
    async (request, reply) => {
      const scope = api.scopeOf(request)
      const asked = await getVisiblePost(db, scope.viewerId, request.params.id)
      // The thread around a boost is that of what it carries.
      const post =
        asked.boost_of_id === null ? asked : await getVisiblePost(db, scope.viewerId, asked.boost_of_id)
      await lookAtThread(api, request, reply, post)
      const limits = scope.viewerId === null ? STRANGERS_CONTEXT : OWNERS_CONTEXT
      const { ancestors, descendants } = await listContext(db, scope.viewerId, post, limits)
      // In one go, so that a thread costs no more statements than a page; the post itself only for its poll.
      const all = await statusesFromRows(db, scope, [post, ...ancestors, ...descendants])
      countAnew(
        api,
        request,
        all.flatMap(({ id, poll }) => (poll === null ? [] : [id])),
      )
      const statuses = all.filter(({ id }) => id !== post.id)
      api.looks.atStatuses(scope.viewerId, statuses)
      const above = new Set(ancestors.map((row) => row.id))
      return {
        ancestors: statuses.filter((status) => above.has(status.id)),
        descendants: statuses.filter((status) => !above.has(status.id)),
      }
    },
  )
  const sides = [
    ['/statuses/:id/favourited_by', listLikers],
    ['/statuses/:id/reblogged_by', listBoosters],
  ] as const
  for (const [path, list] of sides) {
    const schema = { params, querystring: PageQuery }
    app.get(path, { ...forAll('read:accounts'), schema }, async (request, reply) => {
      const viewerId = viewerIdOf(request)
      const post = await getVisiblePost(db, viewerId, request.params.id)
      const page = await list(
        db,
        viewerId,
        post.boost_of_id ?? post.id,
        pageRequest(request.query, ACCOUNT_PAGE),
      )
      linkPage(api, request, reply, page)
      return accountsFromIds(db, api.scopeOf(request), page.items)
    })
  }
}
