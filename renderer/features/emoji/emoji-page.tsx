/** Custom emoji of the home: added, put in order, switched off, deleted; and those of others, to be copied. */
import { FolderPen, Plus, Smile, Trash2 } from 'lucide-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { OwnEmojiFacts, SeenEmojiFacts } from '../../../server/contracts/own-emojis.ts'
import { toFailure } from '../../api/failure.ts'
import { changeEmoji, getOwnEmojis, removeEmoji } from '../../api/own-emojis.ts'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { MoreMenu } from '../../components/more-menu.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { EmptyState, Page } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { Switch } from '../../components/switch.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { CategoryDialog, CopyDialog, NewEmojiDialog } from './emoji-dialogs.tsx'
import styles from './emoji.module.css'
import { SeenEmojis } from './seen-emojis.tsx'

const OWN = ['own-emojis']

type Asked =
  | { readonly what: 'new' }
  | { readonly what: 'category' | 'remove'; readonly emoji: OwnEmojiFacts }
  | { readonly what: 'copy'; readonly emoji: SeenEmojiFacts }

export function EmojiPage() {
  const t = useText()
  const { api } = useServices()
  const own = useQuery({ queryKey: OWN, queryFn: async () => getOwnEmojis(api) })
  const [asked, setAsked] = useState<Asked | null>(null)
  const add = (
    <Button look="primary" onPress={() => setAsked({ what: 'new' })}>
      <Plus aria-hidden size={16} /> {t('own_emoji.add')}
    </Button>
  )
  return (
    <Page title={t('own_emoji.title')} acts={own.data === undefined || own.data.length === 0 ? null : add}>
      <QueryState query={own}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState
              icon={Smile}
              title={t('own_emoji.empty_title')}
              help={t('own_emoji.empty_help')}
              act={add}
            />
          ) : (
            <ul aria-label={t('own_emoji.title')}>
              {all.map((emoji) => (
                <OwnRow key={emoji.id} emoji={emoji} onAsk={(what) => setAsked({ what, emoji })} />
              ))}
            </ul>
          )
        }
      </QueryState>
      <SeenEmojis onCopy={(emoji) => setAsked({ what: 'copy', emoji })} />
      {asked === null ? null : <Asking asked={asked} onClose={() => setAsked(null)} />}
    </Page>
  )
}

/** The picker and the suggestions of the composer offer what is there now. */
function useRefresh(): () => Promise<void> {
  const { suggestions } = useServices()
  const queries = useQueryClient()
  return async () => {
    suggestions.forgetEmojis()
    void queries.invalidateQueries({ queryKey: ['custom-emojis'] })
    await queries.invalidateQueries({ queryKey: OWN })
  }
}

interface OwnRowProps {
  readonly emoji: OwnEmojiFacts
  readonly onAsk: (what: 'category' | 'remove') => void
}

function OwnRow({ emoji, onAsk }: OwnRowProps) {
  const t = useText()
  const { api } = useServices()
  const refresh = useRefresh()
  const act = useAct()
  const name = `\u2068:${emoji.shortcode}:\u2069`
  const turn = async (isOn: boolean): Promise<void> => {
    await changeEmoji(api, emoji.id, { isDisabled: !isOn })
    await refresh()
  }
  return (
    <li className={styles.row}>
      <img src={emoji.url} alt="" className={styles.picture} />
      <span className={styles.words}>
        <code dir="ltr" className={styles.name}>
          :{emoji.shortcode}:
        </code>
        <span className={styles.meta} dir="auto">
          {emoji.category ?? t('own_emoji.no_category')}
        </span>
      </span>
      <Switch
        label={t('own_emoji.offered', { name })}
        isLabelHidden
        isOn={!emoji.isDisabled}
        isDisabled={act.isBusy}
        onChange={(isOn) => void act.run(async () => turn(isOn))}
      />
      <MoreMenu
        label={t('own_emoji.more', { name })}
        acts={[
          {
            id: 'category',
            icon: FolderPen,
            label: t('own_emoji.change_category'),
            onPress: () => onAsk('category'),
          },
          {
            id: 'remove',
            icon: Trash2,
            label: t('own_emoji.remove'),
            isDangerous: true,
            beginsGroup: true,
            onPress: () => onAsk('remove'),
          },
        ]}
      />
      {act.failure === null ? null : (
        <div className={styles.whole}>
          <FailureNotice failure={toFailure(act.failure)} meaning={t('act.nothing_changed')} />
        </div>
      )}
    </li>
  )
}

function Asking({ asked, onClose }: { readonly asked: Asked; readonly onClose: () => void }) {
  const t = useText()
  const { api } = useServices()
  const after = useRefresh()
  switch (asked.what) {
    case 'new':
      return <NewEmojiDialog onSaved={after} onClose={onClose} />
    case 'copy':
      return <CopyDialog emoji={asked.emoji} onSaved={after} onClose={onClose} />
    case 'category':
      return <CategoryDialog emoji={asked.emoji} onSaved={after} onClose={onClose} />
    case 'remove':
      return (
        <ConfirmDialog
          title={t('own_emoji.remove_title', { name: `\u2068:${asked.emoji.shortcode}:\u2069` })}
          act={t('own_emoji.remove_act')}
          onConfirm={async () => {
            await removeEmoji(api, asked.emoji.id)
            await after()
          }}
          onClose={onClose}
        >
          {t('own_emoji.remove_help')}
        </ConfirmDialog>
      )
  }
}
