/** One group of notifications: its picture, who, what they did, and the post that it is about. */
import { X } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import type { Account } from '../../../server/contracts/account.ts'
import { pathTo } from '../../app/routes.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Avatar } from '../../components/avatar.tsx'
import { IconButton } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { EmojiImage } from '../../components/emoji-text.tsx'
import { Excerpt } from '../../components/excerpt.tsx'
import { PersonLink } from '../../components/person-link.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { PLACE, Worded } from '../../components/worded.tsx'
import { useOwnAccount } from '../../hooks/use-facts.ts'
import { usePost } from '../../hooks/use-observable.ts'
import { useText } from '../../hooks/use-text.ts'
import type { NoticeGroup } from '../../stores/notice-groups.ts'
import { PostEntry } from '../posts/post-entry.tsx'
import { FollowRequestActs } from './follow-request-acts.tsx'
import { SHOWS_POST, lookOf } from './notice-kinds.ts'
import styles from './notifications.module.css'
import { isolated } from '../../formatting/isolate.ts'

export interface NoticeRowProps {
  readonly group: NoticeGroup
  readonly accounts: ReadonlyMap<string, Account>
  readonly onDismiss: () => void
}

export function NoticeRow({ group, accounts, onDismiss }: NoticeRowProps) {
  const t = useText()
  const id = useId()
  const { data: own } = useOwnAccount()
  const post = usePost(group.statusId ?? '')
  const { icon: Icon, tone } = lookOf(group.type, post, own?.id)
  const people = group.accountIds.flatMap((one) => accounts.get(one) ?? [])
  const isWhole = SHOWS_POST.has(group.type)
  const sentence = (
    <p id={id} className={styles.sentence}>
      <Sentence group={group} people={people} />
    </p>
  )
  return (
    <article className={styles.row} aria-labelledby={id} tabIndex={-1} data-entry-id={group.key}>
      <span aria-hidden className={cx(styles.kind, tone === undefined ? null : styles[tone])}>
        <Icon size={22} strokeWidth={1.75} />
      </span>
      <div className={styles.body}>
        <div className={styles.top}>
          {isWhole ? sentence : <People people={people} />}
          {isWhole || group.newestAt === '' ? null : (
            <span className={styles.time}>
              <RelativeTime moment={group.newestAt} />
            </span>
          )}
          <IconButton icon={X} label={t('notice.dismiss')} onPress={onDismiss} />
        </div>
        {isWhole ? null : sentence}
        {group.type === 'follow_request' && people[0] !== undefined ? (
          <FollowRequestActs account={people[0]} />
        ) : null}
        {isWhole ? null : <About group={group} />}
      </div>
      {isWhole && group.statusId !== null ? <Whole id={group.statusId} /> : null}
    </article>
  )
}

/** Pictures that lead to profiles; the names in the sentence do too, so the keyboard passes them once. */
function People({ people }: { readonly people: readonly Account[] }) {
  return (
    <span className={styles.people}>
      {people.map((account) => (
        <AppLink key={account.id} to={pathTo('person', account.id)} className={styles.face ?? ''} isSkipped>
          <Avatar account={account} size="small" />
        </AppLink>
      ))}
    </span>
  )
}

function Sentence({ group, people }: { readonly group: NoticeGroup; readonly people: readonly Account[] }) {
  const t = useText()
  const { data: own } = useOwnAccount()
  const post = usePost(group.statusId ?? '')
  const { event, report, reaction, count } = group
  if (group.type === 'severed_relationships') {
    return t('notice.severed', {
      followers: event?.followers_count ?? 0,
      following: event?.following_count ?? 0,
      target: isolated(event?.target_name ?? ''),
    })
  }
  const { words } = lookOf(group.type, post, own?.id)
  const target = report?.target_account?.acct
  const text = t(words, { names: PLACE, count, target: isolated(`@${target ?? ''}`) })
  return (
    <>
      <Worded text={text}>
        <Names group={group} people={people} />
      </Worded>
      {reaction === null ? null : (
        <>
          {' '}
          <Worded text={t('notice.reacted_with', { emoji: PLACE })}>
            {reaction.static_url === undefined ? (
              <span className={styles.emoji}>{reaction.name}</span>
            ) : (
              <EmojiImage emoji={{ shortcode: reaction.name, static_url: reaction.static_url }} />
            )}
          </Worded>
        </>
      )}
    </>
  )
}

/** One or two by name, the others by their number, which leads to all of them where there is such a page. */
function Names({ group, people }: { readonly group: NoticeGroup; readonly people: readonly Account[] }) {
  const t = useText()
  const { data: own } = useOwnAccount()
  const [first, second] = people
  if (first === undefined) return null
  const others = Math.max(group.count, people.length) - 2
  const link = (account: Account): ReactNode => (
    <PersonLink account={account} path={pathTo('person', account.id)} />
  )
  if (second === undefined) return link(first)
  if (others <= 0) {
    return (
      <>
        {link(first)} {t('notice.and')} {link(second)}
      </>
    )
  }
  const path = pathToAll(group, own?.id)
  const more = t('notice.more', { count: others })
  return (
    <>
      {link(first)}, {link(second)} {t('notice.and')}{' '}
      {path === null ? more : <AppLink to={path}>{more}</AppLink>}
    </>
  )
}

function pathToAll(group: NoticeGroup, ownId: string | undefined): string | null {
  if (group.type === 'follow') return ownId === undefined ? null : pathTo('followers', ownId)
  if (group.statusId === null) return null
  if (group.type === 'favourite') return pathTo('postFavourites', group.statusId)
  return group.type === 'reblog' ? pathTo('postBoosts', group.statusId) : null
}

/** The first lines of what it is about. */
function About({ group }: { readonly group: NoticeGroup }) {
  const post = usePost(group.statusId ?? '')
  if (group.type === 'admin.report') {
    const comment = group.report?.comment ?? ''
    return comment === '' ? null : (
      <p className={styles.about} dir="auto">
        {comment}
      </p>
    )
  }
  if (post === undefined) return null
  return (
    <AppLink to={pathTo('post', post.id)} className={styles.about ?? ''}>
      <Excerpt post={post} />
    </AppLink>
  )
}

function Whole({ id }: { readonly id: string }) {
  const t = useText()
  const post = usePost(id)
  return (
    <div className={styles.post}>
      {post === undefined ? (
        <p className={styles.gone}>{t('notice.post_gone')}</p>
      ) : (
        <PostEntry id={id} context="notifications" />
      )}
    </div>
  )
}
