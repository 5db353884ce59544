/** What an identity does about others: follow, block, mute, note, and answer those who ask to follow. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { inTransaction } from '../../db/transaction.ts'
import { setActorNote } from '../../domain/actors/actor-notes.ts'
import { blockActor, muteActor, unblockActor, unmuteActor } from '../../domain/blocks/block-actor.ts'
import { acceptFollow, rejectFollow } from '../../domain/follows/answer-follow.ts'
import { followActor, unfollowActor } from '../../domain/follows/follow-actor.ts'
import { findFollowOf, getRelationship } from '../../domain/follows/list-relationships.ts'
import { endorseActor, unendorseActor } from '../../domain/profiles/endorsements.ts'
import { normalizeLanguage } from '../../domain/text/language.ts'
import { forUser } from './access.ts'
import { type Api, type ApiApp, getAccountActor } from './api.ts'
import { IdParams } from './status-routes.ts'

const MAX_NOTE = 2_000
const MOST_MUTE_SECONDS = 10 * 365 * 86_400

/** One form for every act; each reads what is meant for it. */
const ActForm = Type.Object({
  reblogs: Type.Optional(Type.Boolean()),
  notify: Type.Optional(Type.Boolean()),
  languages: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 50 })),
  notifications: Type.Optional(Type.Boolean()),
  duration: Type.Optional(Type.Integer({ minimum: 0, maximum: MOST_MUTE_SECONDS })),
  comment: Type.Optional(Type.String({ maxLength: MAX_NOTE })),
})

interface ActFacts {
  readonly tx: Transaction
  readonly source: Row<'actors'>
  readonly target: Row<'actors'>
  readonly form: Static<typeof ActForm>
  readonly now: Date
}

type Act = (facts: ActFacts) => Promise<unknown>

export function accountActRoutes(api: Api): FastifyPluginAsync {
  const { db } = api.context
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    for (const [path, scope, act] of actsOf(api)) {
      const options = { ...forUser(scope), schema: { params: IdParams, body: ActForm } }
      app.post(path, options, async (request) => {
        const source = await api.actorOf(request)
        const target = await getAccountActor(api, request.params.id)
        const form = request.body
        await inTransaction(db, async (tx) => act({ tx, source, target, form, now: api.now() }))
        return getRelationship(db, source.id, target.id)
      })
    }
  }
}

function actsOf(api: Api): ReadonlyArray<readonly [path: string, scope: string, act: Act]> {
  const { home } = api.context
  const account = (name: string): string => `/accounts/:id/${name}`
  return [
    [account('follow'), 'write:follows', async (facts) => follow(api, facts)],
    [
      account('unfollow'),
      'write:follows',
      async ({ tx, source, target, now }) => unfollowActor(tx, source, target, now),
    ],
    [account('remove_from_followers'), 'write:follows', async (facts) => answer(facts, 'reject', 'accepted')],
    [
      account('block'),
      'write:blocks',
      async ({ tx, source, target, now }) => blockActor(tx, home, source, target, now),
    ],
    [account('unblock'), 'write:blocks', async ({ tx, source, target }) => unblockActor(tx, source, target)],
    [account('mute'), 'write:mutes', async (facts) => mute(api, facts)],
    [account('unmute'), 'write:mutes', async ({ tx, source, target }) => unmuteActor(tx, source, target)],
    [
      account('note'),
      'write:accounts',
      async ({ tx, source, target, form }) =>
        setActorNote(tx, source.id, target.id, (form.comment ?? '').trim()),
    ],
    // `pin` and `unpin` are how older apps say it.
    ...(['endorse', 'pin'] as const).map(
      (name) =>
        [
          account(name),
          'write:accounts',
          async ({ tx, source, target, now }: ActFacts) => endorseActor(tx, source, target, now),
        ] as const,
    ),
    ...(['unendorse', 'unpin'] as const).map(
      (name) =>
        [
          account(name),
          'write:accounts',
          async ({ tx, source, target }: ActFacts) => unendorseActor(tx, source, target),
        ] as const,
    ),
    [
      '/follow_requests/:id/authorize',
      'write:follows',
      async (facts) => answer(facts, 'accept', 'requested'),
    ],
    ['/follow_requests/:id/reject', 'write:follows', async (facts) => answer(facts, 'reject', 'requested')],
  ]
}

/** What is not said stays as it is for somebody who is followed already. */
async function follow(api: Api, { tx, source, target, form, now }: ActFacts): Promise<void> {
  const known = await findFollowOf(tx, source.id, target.id)
  const languages = form.languages?.flatMap((tag) => normalizeLanguage(tag) ?? [])
  await followActor(
    tx,
    api.context.home,
    source,
    target,
    {
      showsBoosts: form.reblogs ?? known?.shows_boosts ?? true,
      notifies: form.notify ?? known?.notifies ?? false,
      languages:
        languages === undefined ? (known?.languages ?? null) : languages.length === 0 ? null : languages,
    },
    now,
  )
}

async function mute(api: Api, { tx, source, target, form, now }: ActFacts): Promise<void> {
  const seconds = form.duration ?? 0
  const expiresAt = seconds === 0 ? null : new Date(now.getTime() + seconds * 1_000)
  const options = { hidesNotifications: form.notifications ?? true, expiresAt }
  await muteActor(tx, api.context.home, source, target, options, now)
}

/** @throws HomebirdError NOT_FOUND for a request that is not there; removing who does not follow is no failure */
async function answer(
  { tx, source, target, now }: ActFacts,
  verdict: 'accept' | 'reject',
  wanted: 'requested' | 'accepted',
): Promise<void> {
  const theirs = await findFollowOf(tx, target.id, source.id)
  const isThere = theirs !== undefined && (wanted === 'accepted' || theirs.state === 'pending_approval')
  if (isThere) return verdict === 'accept' ? acceptFollow(tx, theirs, now) : rejectFollow(tx, theirs)
  if (wanted === 'requested')
    throw new HomebirdError('NOT_FOUND', `${target.id} did not ask to follow ${source.id}`)
}
