/** Opens the timeline at the reading place and the live line, and closes both with the session. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { isPassing } from '../api/failure.ts'
import { ownAccountQuery, useOwnAccount } from '../hooks/use-facts.ts'
import { useServices } from '../hooks/use-services.ts'
import type { Place } from '../stores/home-timeline.ts'
import { keepPosts } from '../stores/kept-home.ts'
import { type Services, forgetSession } from '../stores/services.ts'
import { watchPresence } from './presence.ts'

export function useLiveWindow(): void {
  const services = useServices()
  const queries = useQueryClient()
  const { data: own } = useOwnAccount()
  useEffect(() => {
    let isOver = false
    const start = async (): Promise<void> => {
      const place = await services.homeStart.begin()
      if (isOver) return
      await showKept(services, queries, place)
      if (!isOver) services.live.open()
    }
    void start()
    const stops = [watchPresence(services), keepPosts(services), keepDrafts(services)]
    return () => {
      isOver = true
      for (const stop of stops) stop()
      forgetSession(services)
      queries.clear()
    }
  }, [services, queries])
  useEffect(() => {
    if (own === undefined) return
    services.drafts.setDefaultVisibility(own.source.privacy)
    void services.homeKeeper.write('account', own)
  }, [services, own])
}

/** Brings drafts and held posts from the home and keeps what is written there, until the window is left. */
function keepDrafts({ keeper, outgoing }: Services): () => void {
  const open = async (): Promise<void> => {
    for (const kept of await keeper.open()) outgoing.adopt(kept)
  }
  // Without an answer the bar says that the home is away; what is written stays in this browser.
  open().catch(() => undefined)
  const leave = (): void => keeper.leave()
  window.addEventListener('pagehide', leave)
  return () => window.removeEventListener('pagehide', leave)
}

/** Where the home did not answer, what this browser kept of it, at the reading place. */
async function showKept(services: Services, queries: QueryClient, place: Place | null): Promise<void> {
  const { api, homeKeeper, homeScroll, timeline } = services
  const { phase, failure } = timeline.view.get()
  if (phase !== 'failed' || failure === null || !isPassing(failure)) return
  const [posts, account] = await Promise.all([homeKeeper.read('posts'), homeKeeper.read('account')])
  // As old as can be, so that it is asked for anew.
  if (account !== null) queries.setQueryData(ownAccountQuery(api).queryKey, account, { updatedAt: 1 })
  if (posts === null) return
  if (place !== null) homeScroll.set({ measured: null, offset: 0, count: -1, topId: place.id, topOffset: 0 })
  timeline.showKept(posts)
}
