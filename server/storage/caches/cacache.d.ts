/** The part of cacache that is used; the published types lack its index. */
declare module 'cacache' {
  interface Entry {
    readonly key: string
    readonly integrity: string
    /** Where the content lies, or would. */
    readonly path: string
    readonly size?: number
    readonly time: number
    readonly metadata?: unknown
  }

  const index: {
    insert(
      cache: string,
      key: string,
      integrity: string,
      options: { readonly metadata?: unknown; readonly size?: number; readonly time?: number },
    ): Promise<Entry | undefined>
  }
  const ls: { stream(cache: string): AsyncIterable<Entry> & NodeJS.EventEmitter }

  export { type Entry, index, ls }
}
