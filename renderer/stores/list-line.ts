/**
 * Keeps a list of posts new while it is on the screen: its streams ring, and it fetches what is newer. Where none can be
 * had it asks from time to time, and at once when the home timeline has something.
 */
import type { Status } from '../../server/contracts/status.ts'
import type { Channel, ChannelLine } from '../api/channel-socket.ts'
import { type Live, parseEntity } from './live.ts'
import type { PagedPosts } from './paged-posts.ts'
import type { PostStore } from './posts.ts'

export interface ListLineParts {
  readonly list: Pick<PagedPosts, 'loadNewer'>
  /** None: there is no stream of its own. */
  readonly channels: readonly Channel[]
  readonly socket: Pick<ChannelLine, 'watch' | 'isLive'>
  readonly live: Pick<Live, 'on'>
  readonly posts: Pick<PostStore, 'put' | 'remove'>
  /** Nothing is fetched for a page that is behind others. */
  readonly isSeen: () => boolean
}

export interface ListLine {
  /** The page came to the front. */
  readonly look: () => void
  /** Some time has passed. */
  readonly lookAround: () => void
  readonly close: () => void
}

export function openListLine({ list, channels, socket, live, posts, isSeen }: ListLineParts): ListLine {
  const look = (): void => {
    if (isSeen()) void list.loadNewer()
  }
  const lookAround = (): void => {
    if (channels.length === 0 || !socket.isLive) look()
  }
  const onEvent = (event: string, payload: string): void => {
    if (event === 'update') look()
    if (event === 'delete') posts.remove(payload)
    const changed = event === 'status.update' ? parseEntity('status.update', payload) : null
    if (changed !== null) posts.put([changed as Status])
  }
  const stops = [
    live.on('update', lookAround),
    live.on('opened', look),
    ...channels.map((channel) => socket.watch(channel, { onEvent, onOpened: look })),
  ]
  return {
    look,
    lookAround,
    close: () => {
      for (const stop of stops) stop()
    },
  }
}
