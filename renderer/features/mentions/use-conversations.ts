/** The conversations as they stand on the home, and what is done about them: shown at once, taken back when the home says no. */
import { type InfiniteData, useQueryClient } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useState } from 'react'
import type { Conversation } from '../../../server/contracts/conversation.ts'
import type { Status } from '../../../server/contracts/status.ts'
import type { Page } from '../../api/client.ts'
import { listConversations, markConversation, removeConversation } from '../../api/conversations.ts'
import { type ApiFailure, toFailure } from '../../api/failure.ts'
import { parseEntity } from '../../stores/live.ts'
import { type Pages, usePages } from '../../hooks/use-pages.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'

const KEY = ['conversations']
type Known = InfiniteData<Page<Conversation>>

export interface Conversations {
  readonly pages: Pages<Conversation>
  readonly failure: ApiFailure | null
  readonly mark: (id: string, isUnread: boolean) => void
  /** Off the screen at once; off the home when Undo is over. */
  readonly remove: (id: string) => void
}

export function useConversations(): Conversations {
  const t = useText()
  const { api, undo } = useServices()
  const queries = useQueryClient()
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set())
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const pages = usePages(KEY, async (olderThan) => listConversations(api, olderThan))
  const isKnown = (one: Conversation): void => {
    queries.setQueryData<Known>(KEY, (known) => withNewest(known, one))
  }
  useLiveConversations(isKnown, () => void queries.invalidateQueries({ queryKey: KEY }))
  const mark = async (id: string, isUnread: boolean): Promise<void> => {
    setFailure(null)
    queries.setQueryData<Known>(KEY, (known) => withMark(known, id, isUnread))
    try {
      await markConversation(api, id, isUnread)
    } catch (error) {
      queries.setQueryData<Known>(KEY, (known) => withMark(known, id, !isUnread))
      setFailure(toFailure(error))
    }
  }
  const putBack = (id: string): void => setGone((ids) => new Set([...ids].filter((one) => one !== id)))
  const remove = async (id: string): Promise<void> => {
    try {
      await removeConversation(api, id)
      await queries.invalidateQueries({ queryKey: KEY })
    } catch (error) {
      setFailure(toFailure(error))
    }
    putBack(id)
  }
  const offer = (id: string): void => {
    setGone((ids) => new Set([...ids, id]))
    undo.offer({
      words: t('mentions.removed'),
      undo: () => putBack(id),
      commit: () => void remove(id),
    })
  }
  return {
    pages: { ...pages, items: pages.items.filter(({ id }) => !gone.has(id)) },
    failure,
    mark: (id, isUnread) => void mark(id, isUnread),
    remove: offer,
  }
}

/** Their own stream tells them whole; without it the line of the reader tells of private posts as of any others. */
function useLiveConversations(onConversation: (one: Conversation) => void, onMissed: () => void): void {
  const { live, channels } = useServices()
  const take = useEffectEvent((event: string, payload: string) => {
    const told = event === 'conversation' ? parseEntity('conversation', payload) : null
    if (told !== null) onConversation(told as Conversation)
  })
  const missed = useEffectEvent(onMissed)
  const tell = useEffectEvent((post: Pick<Status, 'visibility'> | undefined) => {
    if (post?.visibility === 'direct' && !channels.isLive) onMissed()
  })
  useEffect(() => {
    const stops = [
      channels.watch(
        { stream: 'direct' },
        { onEvent: (event, payload) => take(event, payload), onOpened: () => missed() },
      ),
      live.on('notification', ({ status }) => tell(status)),
      live.on('update', (status) => tell(status)),
      // An edit makes no conversation newer.
      live.on('status.update', (status) => {
        if (status.visibility === 'direct') missed()
      }),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [live, channels])
}

/** The newest conversation stands first. */
function withNewest(known: Known | undefined, newest: Conversation): Known | undefined {
  if (known === undefined) return known
  const pages = known.pages.map(({ items, links }, place) => {
    const others = items.filter(({ id }) => id !== newest.id)
    return { items: place === 0 ? [newest, ...others] : others, links }
  })
  return { ...known, pages }
}

function withMark(known: Known | undefined, id: string, isUnread: boolean): Known | undefined {
  if (known === undefined) return known
  return {
    ...known,
    pages: known.pages.map((page) => ({
      ...page,
      items: page.items.map((one) => (one.id === id ? { ...one, unread: isUnread } : one)),
    })),
  }
}
