/** The account of the token itself: who am I, and changes of the profile. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { CredentialAccount } from '../../contracts/account.ts'
import { inTransaction } from '../../db/transaction.ts'
import { credentialAccount, loadActors } from '../../domain/actors/account-entities.ts'
import { countFollowRequests } from '../../domain/follows/list-relationships.ts'
import { type IdentityEdit, editIdentity } from '../../domain/owner/edit-identity.ts'
import { readPreferences } from '../../domain/owner/preferences.ts'
import { setProfilePictures } from '../../domain/owner/profile-pictures.ts'
import { visibilityOfName } from '../../domain/posts/visibility-name.ts'
import { actorIdOf, forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { PROFILE_FILES, takeProfilePictures } from './profile-pictures.ts'
import { QuotePolicies } from './status-form.ts'

const Flag = Type.Optional(Type.Boolean())
const Text = (maxLength: number) => Type.Optional(Type.String({ maxLength }))

const ProfileForm = Type.Object({
  display_name: Text(1_000),
  note: Text(20_000),
  locked: Flag,
  bot: Flag,
  discoverable: Flag,
  indexable: Flag,
  hide_collections: Flag,
  fields_attributes: Type.Optional(
    Type.Array(
      // Apps leave out what is empty.
      Type.Object({ name: Text(10_000), value: Text(10_000) }),
      { maxItems: 50 },
    ),
  ),
  attribution_domains: Type.Optional(Type.Array(Type.String({ maxLength: 1_000 }), { maxItems: 100 })),
  source: Type.Optional(
    Type.Object({
      privacy: Type.Optional(
        Type.Union([Type.Literal('public'), Type.Literal('unlisted'), Type.Literal('private')]),
      ),
      sensitive: Flag,
      language: Text(40),
      quote_policy: Type.Optional(QuotePolicies),
    }),
  ),
})

export function credentialRoutes(api: Api): FastifyPluginAsync {
  const { db, config } = api.context
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    app.get('/accounts/verify_credentials', forUser(['profile', 'read:accounts']), async (request) =>
      sendCredentials(api, request),
    )
    const write = forUser('write:accounts')
    const editing = { config: { ...write.config, files: PROFILE_FILES }, schema: { body: ProfileForm } }
    app.patch('/accounts/update_credentials', editing, async (request) => {
      const actor = await api.actorOf(request)
      const pictures = await takeProfilePictures(api, request)
      await inTransaction(db, async (tx) => {
        await editIdentity(tx, actor, editOf(request.body))
        await setProfilePictures(tx, actor, pictures, config.mediaUrl)
      })
      return sendCredentials(api, request)
    })
    for (const name of ['avatar', 'header'] as const) {
      app.delete(`/profile/${name}`, write, async (request) => {
        const actor = await api.actorOf(request)
        await inTransaction(db, async (tx) =>
          setProfilePictures(tx, actor, { [name]: null }, config.mediaUrl),
        )
        return sendCredentials(api, request)
      })
    }
    app.get('/preferences', forUser('read:accounts'), async (request) => {
      const [{ source }, reading] = await Promise.all([sendCredentials(api, request), readPreferences(db)])
      return {
        'posting:default:visibility': source.privacy,
        'posting:default:sensitive': source.sensitive,
        'posting:default:language': source.language,
        'posting:default:quote_policy': source.quote_policy,
        'reading:expand:media': reading.showsMedia,
        'reading:expand:spoilers': reading.expandsWarnings,
        'reading:autoplay:gifs': reading.autoplaysMotion,
      }
    })
  }
}

/** The account of the identity that asks, as itself sees it. */
export async function sendCredentials(api: Api, request: FastifyRequest): Promise<CredentialAccount> {
  const { db } = api.context
  const actor = await api.actorOf(request)
  const actors = actor.moved_to_uri === null ? null : await loadActors(db, [actor.id])
  const moved = actors?.byUri.get(actor.moved_to_uri ?? '') ?? null
  return credentialAccount(
    api.scopeOf(request),
    actor,
    await countFollowRequests(db, actorIdOf(request)),
    moved,
  )
}

function editOf(form: Static<typeof ProfileForm>): IdentityEdit {
  const privacy = form.source?.privacy
  return {
    displayName: form.display_name,
    bio: form.note,
    fields: form.fields_attributes?.map(({ name = '', value = '' }) => ({ name, value })),
    attributionDomains: form.attribution_domains,
    isLocked: form.locked,
    isBot: form.bot,
    isDiscoverable: form.discoverable,
    isIndexable: form.indexable,
    hidesCollections: form.hide_collections,
    defaultVisibility: privacy === undefined ? undefined : visibilityOfName(privacy),
    defaultSensitive: form.source?.sensitive,
    defaultLanguage: form.source?.language,
    defaultQuotePolicy: form.source?.quote_policy,
  }
}
