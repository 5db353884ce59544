/** The state of something that is fetched in the background, as the client API of Mastodon 4.4 and later tells it. */
export interface AsyncRefresh {
  readonly async_refresh: {
    readonly id: string
    readonly status: 'running' | 'finished'
    /** What it has brought so far. */
    readonly result_count: number
  }
}
