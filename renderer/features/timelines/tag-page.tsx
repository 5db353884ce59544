/** The posts under a hashtag, how much it is used, and whether it is followed. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Hash } from 'lucide-react'
import { useParams, useSearchParams } from 'wouter'
import type { Tag } from '../../../server/contracts/tag.ts'
import { toFailure } from '../../api/failure.ts'
import { getTag, setTagFollowing } from '../../api/timelines.ts'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Page } from '../../components/page.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { PostList } from '../posts/post-list.tsx'
import styles from './timelines.module.css'

export function TagPage() {
  const t = useText()
  const { api } = useServices()
  const { tag: name } = useParams<{ tag: string }>()
  const more = useMoreHashtags()
  const { data: tag, error } = useQuery({
    queryKey: ['tag', name.toLowerCase()],
    queryFn: async () => getTag(api, name),
  })
  return (
    <Page
      title={`#${tag?.name ?? name}`}
      note={<TagNote tag={tag} more={more} />}
      acts={tag === undefined ? undefined : <FollowTag tag={tag} />}
      hasBack
    >
      {error === null ? null : (
        <div className={styles.failure}>
          <FailureNotice failure={toFailure(error)} />
        </div>
      )}
      <PostList
        path={`/api/v1/timelines/tag/${encodeURIComponent(name)}`}
        query={more}
        isLive
        channels={[name, ...more.any].map((one) => ({ stream: 'hashtag', tag: one }))}
        empty={{ icon: Hash, title: t('timelines.tag_empty'), help: t('timelines.tag_empty_help') }}
      />
    </Page>
  )
}

type MoreHashtags = Readonly<Record<'any' | 'all' | 'none', readonly string[]>>

/** `/tags/ferns?all=moss&none=spiders`: further hashtags of which any, all or none stand in the posts. */
function useMoreHashtags(): MoreHashtags {
  const [parameters] = useSearchParams()
  return { any: parameters.getAll('any'), all: parameters.getAll('all'), none: parameters.getAll('none') }
}

function TagNote({ tag, more }: { readonly tag: Tag | undefined; readonly more: MoreHashtags }) {
  const t = useText()
  const names = (tags: readonly string[]): string =>
    new Intl.ListFormat(t.locale).format(tags.map((name) => `#${name}`))
  const uses = tag === undefined ? null : usesOf(tag)
  const kinds = (['any', 'all', 'none'] as const).filter((kind) => more[kind].length > 0)
  return (
    <>
      {/* The home counts from time to time: what it has not counted yet is not nothing. */}
      {uses === null || uses.posts === 0 ? null : <span>{t('timelines.tag_uses', uses)}</span>}
      {kinds.map((kind) => (
        <bdi key={kind} className={styles.more}>
          {t(`timelines.tag_${kind}`, { names: names(more[kind]) })}
        </bdi>
      ))}
    </>
  )
}

/** Of the days that the home tells of. */
function usesOf({ history }: Tag): { readonly posts: number; readonly days: number } {
  return { posts: history.reduce((sum, day) => sum + Number(day.uses), 0), days: history.length }
}

function FollowTag({ tag }: { readonly tag: Tag }) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const queryKey = ['tag', tag.name.toLowerCase()]
  const isFollowed = tag.following === true
  const change = useMutation({
    mutationFn: async (wish: boolean) => setTagFollowing(api, tag.name, wish),
    onMutate: (wish) => queries.setQueryData<Tag>(queryKey, { ...tag, following: wish }),
    onError: () => queries.setQueryData<Tag>(queryKey, tag),
    onSuccess: async (answer) => {
      queries.setQueryData<Tag>(queryKey, answer)
      await queries.invalidateQueries({ queryKey: ['followed-tags'] })
    },
  })
  return (
    <>
      <Button
        look={isFollowed ? 'quiet' : 'primary'}
        isPressed={isFollowed}
        label={t(isFollowed ? 'timelines.unfollow_tag' : 'timelines.follow_tag', { name: `#${tag.name}` })}
        onPress={() => change.mutate(!isFollowed)}
      >
        {t(isFollowed ? 'timelines.followed' : 'timelines.follow')}
      </Button>
      {change.error === null ? null : (
        <FailureNotice
          failure={toFailure(change.error)}
          act={{ label: t('act.try_again'), onPress: () => change.mutate(change.variables) }}
        />
      )}
    </>
  )
}
