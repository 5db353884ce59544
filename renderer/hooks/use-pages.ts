/** A list of the client API, page by page, in the order of the home. */
import { type InfiniteData, type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query'
import type { Page } from '../api/client.ts'

export interface Pages<T> {
  readonly items: readonly T[]
  readonly query: UseInfiniteQueryResult<InfiniteData<Page<T>>>
}

/** @param read  the page that begins below a place, the first without one */
export function usePages<T>(
  queryKey: readonly unknown[],
  read: (olderThan: string | undefined) => Promise<Page<T>>,
): Pages<T> {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: async ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ items, links }) => (items.length === 0 ? undefined : (links.olderThan ?? undefined)),
  })
  return { items: query.data?.pages.flatMap(({ items }) => items) ?? [], query }
}
