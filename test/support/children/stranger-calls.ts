/** How a server of other people's making takes its orders: one message in, one message out. */

export interface StrangerCall {
  readonly call: number
  readonly method: string
  readonly args: readonly unknown[]
}

export type StrangerAnswer =
  | { readonly ready: number }
  | { readonly call: number; readonly result: unknown }
  | { readonly call: number; readonly error: string }

/** What happened to it, as its own code tells. */
export interface StrangerEvent {
  /** `follow`, `mention`, `create`, `update`, `delete`, `like`, `announce`, `undo`, `accept`. */
  readonly kind: string
  readonly actorUri: string | null
  readonly objectUri: string | null
  /** Of a post. */
  readonly content?: string
}

export type StrangerMethods = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>

/** Serves calls until the parent is gone. */
export function takeCalls(port: number, methods: StrangerMethods): void {
  const send = (answer: StrangerAnswer): void => void process.send?.(answer)
  process.on('message', ({ call, method, args }: StrangerCall) => {
    const run = methods[method]
    void Promise.resolve()
      .then(async () => {
        if (run === undefined) throw new Error(`there is no ${method}`)
        return run(...(args as never[]))
      })
      .then(
        (result: unknown) => send({ call, result: result ?? null }),
        (error: unknown) =>
          send({ call, error: error instanceof Error ? (error.stack ?? '') : String(error) }),
      )
  })
  process.on('disconnect', () => process.exit(0))
  send({ ready: port })
}

/** `host=address:port` pairs, as a home takes them too. */
export function hostPorts(): ReadonlyMap<string, number> {
  const pairs = (process.env['STRANGER_HOSTS'] ?? '').split(',').filter((pair) => pair !== '')
  return new Map(
    pairs.map((pair) => {
      const [, host = '', port = ''] = /^([^=]+)=[^:]+:(\d+)$/.exec(pair) ?? []
      return [host, Number(port)]
    }),
  )
}
