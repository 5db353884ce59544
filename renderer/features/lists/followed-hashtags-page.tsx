/** Hashtags that the reader follows: added by name, left with Undo, shown on the profile or not. */
import { Hash } from 'lucide-react'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Tag } from '../../../server/contracts/tag.ts'
import { type TagAct, actOnTag, listFollowedTags } from '../../api/lists.ts'
import { pathTo } from '../../app/routes.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { EmptyState, Page } from '../../components/page.tsx'
import { Paged } from '../../components/paged.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { usePages } from '../../hooks/use-pages.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { hashtagName } from './hashtag-name.ts'
import styles from './lists.module.css'

const KEY = ['followed-hashtags']

export function FollowedHashtagsPage() {
  const t = useText()
  const { api, undo } = useServices()
  const queries = useQueryClient()
  const tags = usePages(KEY, async (olderThan) => listFollowedTags(api, olderThan))
  const act = useAct()
  const change = async (name: string, what: TagAct): Promise<boolean> => {
    const isDone = await act.run(async () => actOnTag(api, name, what), name)
    if (isDone) await queries.invalidateQueries({ queryKey: KEY })
    return isDone
  }
  const unfollow = async (name: string): Promise<void> => {
    if (!(await change(name, 'unfollow'))) return
    undo.offer({
      words: t('tags.unfollowed', { tag: `#${name}` }),
      undo: () => void change(name, 'follow'),
    })
  }
  return (
    <Page title={t('nav.followed_hashtags')}>
      <AddTag isBusy={act.isBusy} onAdd={async (name) => change(name, 'follow')} />
      {act.failure === null ? null : (
        <div className={styles.edge}>
          <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
        </div>
      )}
      <Paged
        pages={tags}
        empty={<EmptyState icon={Hash} title={t('tags.empty_title')} help={t('tags.empty_help')} />}
      >
        {(all) => (
          <ul aria-label={t('nav.followed_hashtags')}>
            {all.map((tag) => (
              <TagRow
                key={tag.id}
                tag={tag}
                onUnfollow={() => void unfollow(tag.name)}
                onFeature={(isOn) => void change(tag.name, isOn ? 'feature' : 'unfeature')}
              />
            ))}
          </ul>
        )}
      </Paged>
    </Page>
  )
}

interface AddTagProps {
  readonly isBusy: boolean
  readonly onAdd: (name: string) => Promise<boolean>
}

function AddTag({ isBusy, onAdd }: AddTagProps) {
  const t = useText()
  const [typed, setTyped] = useState('')
  const [isAsked, setAsked] = useState(false)
  const name = hashtagName(typed)
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setAsked(true)
    if (name === null || !(await onAdd(name))) return
    setTyped('')
    setAsked(false)
  }
  return (
    <form className={styles.add} onSubmit={(event) => void add(event)}>
      <TextField
        label={t('tags.add')}
        kind="domain"
        prefix="#"
        value={typed}
        maxLength={200}
        flaw={isAsked && name === null ? t('tags.no_tag') : null}
        onChange={setTyped}
      />
      <Button look="primary" type="submit" isBusy={isBusy}>
        {t('tags.follow')}
      </Button>
    </form>
  )
}

interface TagRowProps {
  readonly tag: Tag
  readonly onUnfollow: () => void
  readonly onFeature: (isOn: boolean) => void
}

function TagRow({ tag, onUnfollow, onFeature }: TagRowProps) {
  const t = useText()
  const uses = tag.history.reduce((sum, day) => sum + Number(day.uses), 0)
  const isFeatured = tag.featuring === true
  return (
    <li className={styles.row}>
      <AppLink to={pathTo('tag', tag.name)} className={styles.way ?? ''}>
        <Hash aria-hidden size={20} strokeWidth={1.75} />
        <span className={styles.who}>
          <bdi className={styles.name}>{tag.name}</bdi>
          <span className={styles.meta}>{t('tags.use', { count: uses })}</span>
        </span>
      </AppLink>
      <div className={styles.acts}>
        <Button
          look="plain"
          isPressed={isFeatured}
          label={t('tags.feature_label', { tag: `#${tag.name}` })}
          onPress={() => onFeature(!isFeatured)}
        >
          {isFeatured ? '✓ ' : null}
          {t('tags.feature')}
        </Button>
        <Button label={t('tags.unfollow_label', { tag: `#${tag.name}` })} onPress={onUnfollow}>
          {t('tags.unfollow')}
        </Button>
      </div>
    </li>
  )
}
