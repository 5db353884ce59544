/** How posts are read of the old server, with everything that hangs on them. */
import type { Row } from '../../db/tables.ts'
import type { Source } from './source.ts'

export interface SourceMention {
  readonly uri: string
  readonly page: string
  readonly username: string | null
  readonly domain: string | null
}

export interface SourceAttachment {
  readonly mimetype: string
  readonly kind: Row<'attachments'>['kind']
  readonly file: string | null
  readonly thumbnail: string | null
  readonly remoteUrl: string | null
  readonly name: string | null
  readonly blurhash: string | null
  readonly width: number | null
  readonly height: number | null
  readonly focalX: number | null
  readonly focalY: number | null
}

export interface PostRow {
  readonly id: string
  readonly local: boolean
  readonly object_uri: string | null
  readonly author_uri: string
  readonly author_domain: string | null
  readonly author_host: string | null
  /** 0 public, 1 unlisted, 2 followers, 3 mentioned, 4 never leaves the server. */
  readonly visibility: number
  readonly content: string
  readonly type: string
  readonly type_data: unknown
  readonly sensitive: boolean
  readonly summary: string | null
  readonly language: string | null
  readonly url: string | null
  readonly in_reply_to: string | null
  readonly hashtags: unknown
  readonly published: Date
  readonly edited: Date | null
  readonly updated: Date
  readonly state: string
  readonly mentions: readonly SourceMention[]
  readonly addressed: readonly string[]
  readonly emojis: ReadonlyArray<{
    readonly shortcode: string
    readonly url: string | null
    readonly uri: string | null
  }>
  readonly attachments: readonly SourceAttachment[]
}

export const isDeleted = ({ state }: Pick<PostRow, 'state'>): boolean =>
  state === 'deleted' || state === 'deleted_fanned_out'

export function selectPosts(source: Source): string {
  const field = (column: string, otherwise?: string): string =>
    `${source.field('activities_post', 'p', column, otherwise)} as ${column}`
  return `
    select p.id, p.local, p.object_uri, p.visibility, p.content, p.published, a.actor_uri as author_uri,
           a.domain_id as author_domain, coalesce(d.service_domain, d.domain) as author_host,
           ${['type_data', 'summary', 'language', 'url', 'in_reply_to', 'hashtags'].map((name) => field(name)).join(', ')},
           ${field('type', "'Note'")}, ${field('sensitive', 'false')}, ${field('edited', 'null::timestamptz')},
           ${field('updated', 'p.published')}, ${field('state', "'fanned_out'")},
           ${mentions(source)} as mentions, ${addressed(source)} as addressed, ${emojis(source)} as emojis,
           ${attachments(source)} as attachments
      from activities_post p
      join users_identity a on a.id = p.author_id
      left join users_domain d on d.domain = a.domain_id
     where p.id > $1 order by p.id limit $2`
}

const mentions = (source: Source): string => `coalesce((
  select json_agg(json_build_object('uri', i.actor_uri, 'page',
                                    coalesce(${source.field('users_identity', 'i', 'profile_uri')}, i.actor_uri), 'username', i.username, 'domain', i.domain_id) order by i.id)
    from activities_post_mentions m join users_identity i on i.id = m.identity_id where m.post_id = p.id), '[]')`

const addressed = (source: Source): string =>
  source.has('activities_post_to')
    ? `array(select i.actor_uri from activities_post_to t join users_identity i on i.id = t.identity_id
              where t.post_id = p.id order by i.id)`
    : `'{}'::text[]`

const emojis = (source: Source): string =>
  source.has('activities_post_emojis')
    ? `coalesce((
        select json_agg(json_build_object('shortcode', e.shortcode, 'url', e.remote_url,
                                          'uri', ${source.field('activities_emoji', 'e', 'object_uri')}) order by e.id)
          from activities_post_emojis pe join activities_emoji e on e.id = pe.emoji_id where pe.post_id = p.id), '[]')`
    : `'[]'::json`

function attachments(source: Source): string {
  const field = (column: string): string => source.field('activities_postattachment', 'f', column)
  return `coalesce((
    select json_agg(json_build_object(
             'mimetype', f.mimetype, 'file', f.file, 'thumbnail', ${field('thumbnail')}, 'remoteUrl', ${field('remote_url')},
             'name', ${field('name')}, 'blurhash', ${field('blurhash')}, 'width', ${field('width')},
             'height', ${field('height')}, 'focalX', ${field('focal_x')}, 'focalY', ${field('focal_y')},
             'kind', case split_part(f.mimetype, '/', 1) when 'image' then 'image' when 'video' then 'video'
                          when 'audio' then 'audio' else 'unknown' end) order by f.id)
      from activities_postattachment f where f.post_id = p.id), '[]')`
}
