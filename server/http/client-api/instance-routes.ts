/** What the home says to apps that have just met it: its name, its limits, what it can do. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { Account } from '../../contracts/account.ts'
import type { Instance, InstanceConfiguration, InstanceV1, MediaLimits } from '../../contracts/instance.ts'
import { HomebirdError } from '../../core/errors.ts'
import { keepValue } from '../../core/kept-value.ts'
import { SOURCE_URL, VERSION } from '../../core/version.ts'
import { listIdentities } from '../../domain/actors/actor.ts'
import { accountsFromIds } from '../../domain/actors/account-entities.ts'
import { DEFAULT_HEADER_PATH, defaultAvatarPath } from '../../domain/media/default-images.ts'
import { MEDIA_LIMITS, SUPPORTED_TYPES, uploadLimitsOf } from '../../domain/media/media-types.ts'
import { PROFILE_LIMITS } from '../../domain/owner/edit-identity.ts'
import { type HomeCounts, countHome } from '../../domain/owner/home-counts.ts'
import { type StoredHomeTexts, readHomeTexts, spokenTexts } from '../../domain/owner/home-texts.ts'
import { POLL_LIMITS } from '../../domain/polls/poll-draft.ts'
import { MAX_REACTIONS } from '../../domain/interactions/ingest-reactions.ts'
import { POST_LIMITS } from '../../domain/posts/compose-post.ts'
import { MAX_FEATURED_HASHTAGS } from '../../domain/profiles/own-featured-hashtags.ts'
import { MAX_PINS } from '../../domain/posts/mark-posts.ts'
import { LINK_CHARACTERS } from '../../domain/text/scan-text.ts'
import { readyAnswer, sendReady } from '../ready/ready-answer.ts'
import { readyAnswersOf } from '../ready/ready-answers.ts'
import { OPEN, viewerIdOf } from './access.ts'
import type { Api } from './api.ts'
import { originOf } from './pages.ts'

/** The API that apps may expect, in their numbers: that of Mastodon 4.5. */
const API_VERSION = `4.5.0+homebird.${VERSION}`
const MASTODON_API = 7

const STATUSES = {
  max_characters: POST_LIMITS.characters,
  max_media_attachments: POST_LIMITS.attachments,
  characters_reserved_per_url: LINK_CHARACTERS,
}

const ACCOUNTS = {
  max_featured_tags: MAX_FEATURED_HASHTAGS,
  max_pinned_statuses: MAX_PINS,
  max_display_name_length: PROFILE_LIMITS.displayName,
  max_note_length: PROFILE_LIMITS.bio,
  max_avatar_description_length: 150,
  max_header_description_length: 150,
  max_profile_fields: PROFILE_LIMITS.fields,
  profile_field_name_limit: PROFILE_LIMITS.fieldName,
  profile_field_value_limit: PROFILE_LIMITS.fieldValue,
}

function mediaOf({ context: { config } }: Api): MediaLimits {
  const { imageBytes, videoBytes } = uploadLimitsOf(config)
  return {
    supported_mime_types: SUPPORTED_TYPES,
    description_limit: MEDIA_LIMITS.descriptionCharacters,
    image_size_limit: imageBytes,
    image_matrix_limit: MEDIA_LIMITS.imagePixels,
    video_size_limit: videoBytes,
    video_frame_rate_limit: MEDIA_LIMITS.videoFramesPerSecond,
    video_matrix_limit: MEDIA_LIMITS.videoPixels,
  }
}

const POLLS = {
  max_options: POLL_LIMITS.options,
  max_characters_per_option: POLL_LIMITS.characters,
  min_expiration: POLL_LIMITS.minSeconds,
  max_expiration: POLL_LIMITS.maxSeconds,
}

const READ_BY_OWNER = { local: 'authenticated', remote: 'authenticated' } as const

/** What is counted over the whole home is counted this often, however often strangers ask. */
const KEEP_MS = 60_000

export function instanceRoutes(api: Api): FastifyPluginAsync {
  const { db, clock } = api.context
  const counts = keepValue(clock, KEEP_MS, async () => countHome(db))
  const answers = readyAnswersOf(api.context)
  return async (app) => {
    const tell = (path: string, make: (request: FastifyRequest, counts: HomeCounts) => Promise<object>) => {
      app.get(path, OPEN, async (request, reply) => {
        // An identity may be shown more; strangers are told the same, in bytes that are ready.
        if (viewerIdOf(request) !== null) return make(request, await counts())
        const name = { variant: `api-${api.listener}`, host: originOf(api, request).slice(8), path }
        const answer = await answers.get(name, async () =>
          readyAnswer({
            contentType: 'application/json; charset=utf-8',
            document: await make(request, await counts()),
            tags: ['home', 'identities'],
          }),
        )
        if (answer === null) throw new HomebirdError('INTERNAL', 'the home says nothing of itself')
        return sendReady(request, reply, answer)
      })
    }
    tell('/v2/instance', async (request, figures) => instance(api, request, figures))
    tell('/v1/instance', async (request, figures) => instanceV1(api, request, figures))
  }
}

interface Host {
  readonly contact: Account | null
  readonly languages: readonly string[]
  readonly texts: StoredHomeTexts
}

/** The oldest identity speaks for the home. */
async function hostOf(api: Api, request: FastifyRequest): Promise<Host> {
  const { db } = api.context
  const identities = await listIdentities(db)
  const ids = identities.slice(0, 1).map((identity) => identity.id)
  const [contact = null] = await accountsFromIds(db, api.scopeOf(request), ids)
  const languages = new Set(identities.flatMap((identity) => identity.default_language ?? []))
  const texts = await readHomeTexts(db)
  return { contact, languages: languages.size === 0 ? ['en'] : [...languages], texts }
}

const titleOf = ({ contact, texts }: Host, domain: string): string =>
  texts.title || contact?.display_name || domain

/** Web sockets follow the scheme of the origin. */
const streamingOf = (api: Api, request: FastifyRequest): string =>
  (originOf(api, request) || api.context.home.origin()).replace(/^http/, 'ws')

async function instance(api: Api, request: FastifyRequest, counts: HomeCounts): Promise<Instance> {
  const { home } = api.context
  const host = await hostOf(api, request)
  const { contact, languages, texts } = host
  const domain = home.primaryDomain()?.domain ?? ''
  const icon = contact?.avatar ?? api.urls.own(defaultAvatarPath('0'))
  return {
    domain,
    title: titleOf(host, domain),
    version: API_VERSION,
    source_url: SOURCE_URL,
    description: spokenTexts(texts).description,
    usage: { users: { active_month: counts.activeIdentities } },
    thumbnail: {
      url: contact?.header ?? api.urls.own(DEFAULT_HEADER_PATH),
      blurhash: null,
      versions: {},
      description: '',
    },
    icon: ['48x48', '192x192', '512x512'].map((size) => ({ src: icon, size })),
    languages,
    configuration: configuration(api, request, texts),
    registrations: {
      enabled: false,
      approval_required: false,
      reason_required: false,
      message: '<p>This home belongs to one person.</p>',
      min_age: null,
      url: null,
    },
    api_versions: { mastodon: MASTODON_API },
    contact: { email: texts.contactEmail, account: contact },
    rules: [],
  }
}

function configuration(api: Api, request: FastifyRequest, texts: StoredHomeTexts): InstanceConfiguration {
  return {
    urls: {
      streaming: streamingOf(api, request),
      about: api.urls.page('/about'),
      privacy_policy: api.urls.page('/privacy-policy'),
      terms_of_service: texts.termsOfService === '' ? null : api.urls.page('/terms-of-service'),
      status: null,
    },
    vapid: { public_key: api.vapid.publicKey },
    accounts: ACCOUNTS,
    statuses: STATUSES,
    media_attachments: mediaOf(api),
    polls: POLLS,
    reactions: { max_reactions: MAX_REACTIONS },
    translation: { enabled: api.context.config.translator !== 'none' },
    timelines_access: {
      live_feeds: READ_BY_OWNER,
      hashtag_feeds: READ_BY_OWNER,
      trending_link_feeds: READ_BY_OWNER,
    },
    limited_federation: false,
  }
}

async function instanceV1(api: Api, request: FastifyRequest, counts: HomeCounts): Promise<InstanceV1> {
  const { home } = api.context
  const host = await hostOf(api, request)
  const { contact, languages, texts } = host
  const { description } = spokenTexts(texts)
  const domain = home.primaryDomain()?.domain ?? ''
  return {
    uri: domain,
    title: titleOf(host, domain),
    short_description: description,
    description,
    email: texts.contactEmail,
    version: API_VERSION,
    urls: { streaming_api: streamingOf(api, request) },
    stats: { user_count: counts.identities, status_count: counts.posts, domain_count: counts.peers },
    thumbnail: contact?.header ?? api.urls.own(DEFAULT_HEADER_PATH),
    languages,
    registrations: false,
    approval_required: false,
    invites_enabled: false,
    configuration: {
      accounts: ACCOUNTS,
      statuses: STATUSES,
      media_attachments: mediaOf(api),
      polls: POLLS,
    },
    contact_account: contact,
    rules: [],
  }
}
