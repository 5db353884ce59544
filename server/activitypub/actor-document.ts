/** An identity of this home, or its instance actor, as the document that other servers read. */
import type { Row } from '../db/tables.ts'
import type { JsonObject } from './json.ts'
import { inContext } from './json-ld-context.ts'
import { ed25519Multikey } from './multikey.ts'
import { emojiTag, withoutEmpty } from './note-parts.ts'
import { featuredTagsUri } from './uris.ts'

/** The columns of an own actor that its document is made of. */
export type OwnActor = Pick<
  Row<'actors'>,
  | (
      | 'uri'
      | 'kind'
      | 'is_instance_actor'
      | 'username'
      | 'handle_domain'
      | 'display_name'
      | 'bio_html'
      | 'page_url'
    )
  | ('icon_url' | 'icon_description' | 'header_url' | 'header_description' | 'fields' | 'emojis')
  | ('inbox_uri' | 'shared_inbox_uri' | 'outbox_uri' | 'followers_uri' | 'following_uri' | 'featured_uri')
  | ('also_known_as' | 'moved_to_uri' | 'is_locked' | 'is_discoverable' | 'is_indexable')
  | 'attribution_domains'
  | ('published_at' | 'created_at')
>

export type OwnKey = Pick<Row<'actor_keys'>, 'key_uri' | 'algorithm' | 'public_key_pem'>

/**
 * A Person or Service, or the Application that signs requests without saying whose home this is.
 * @param keys  public halves; one RSA key is what most servers verify with
 * @see ActivityPub 4.1, FEP-521a (Multikey), FEP-5feb (indexable), FEP-2c59 (webfinger), Mastodon (attributionDomains)
 */
export function actorDocument(actor: OwnActor, keys: readonly OwnKey[]): JsonObject {
  const common = {
    id: actor.uri,
    type: actor.kind,
    preferredUsername: actor.username,
    name: actor.display_name,
    inbox: actor.inbox_uri,
    outbox: actor.outbox_uri,
    url: actor.page_url,
    manuallyApprovesFollowers: actor.is_instance_actor || actor.is_locked,
    ...keyProperties(actor.uri, keys),
    endpoints: actor.shared_inbox_uri === null ? null : { sharedInbox: actor.shared_inbox_uri },
  }
  const all = actor.is_instance_actor ? common : { ...common, ...identityProperties(actor) }
  return inContext(withoutEmpty(all))
}

function identityProperties(actor: OwnActor): JsonObject {
  return {
    summary: actor.bio_html,
    followers: actor.followers_uri,
    following: actor.following_uri,
    featured: actor.featured_uri,
    featuredTags: featuredTagsUri(actor.uri),
    icon: imageOf(actor.icon_url, actor.icon_description),
    image: imageOf(actor.header_url, actor.header_description),
    attachment: actor.fields.map((field) => ({
      type: 'PropertyValue',
      name: field.name,
      value: field.value,
    })),
    tag: actor.emojis.map(emojiTag),
    discoverable: actor.is_discoverable,
    indexable: actor.is_indexable,
    attributionDomains: actor.attribution_domains,
    alsoKnownAs: actor.also_known_as,
    movedTo: actor.moved_to_uri,
    // The hour in which somebody set up their home is nobody's business.
    published: `${(actor.published_at ?? actor.created_at).toISOString().slice(0, 10)}T00:00:00Z`,
    webfinger: `${actor.username}@${actor.handle_domain}`,
  }
}

function keyProperties(owner: string, keys: readonly OwnKey[]): JsonObject {
  const rsa = keys.find((key) => key.algorithm === 'rsa')
  return {
    publicKey: rsa === undefined ? null : { id: rsa.key_uri, owner, publicKeyPem: rsa.public_key_pem },
    assertionMethod: keys
      .filter((key) => key.algorithm === 'ed25519')
      .map((key) => ({
        id: key.key_uri,
        type: 'Multikey',
        controller: owner,
        publicKeyMultibase: ed25519Multikey(key.public_key_pem),
      })),
  }
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
}

function imageOf(url: string | null, description: string): JsonObject | null {
  if (url === null) return null
  const extension = /\.([a-z0-9]+)$/i.exec(URL.parse(url)?.pathname ?? '')?.[1]?.toLowerCase() ?? ''
  const mediaType = MEDIA_TYPES[extension] ?? null
  return withoutEmpty({ type: 'Image', mediaType, url, name: description, summary: description })
}
