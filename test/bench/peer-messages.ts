/** What a bench and the processes of its world say to each other. */

export interface Arrival {
  readonly host: string
  /** By `clockMs`. */
  readonly atMs: number
}

export type ToPeers =
  | { readonly kind: 'open'; readonly cert: string; readonly key: string }
  | { readonly kind: 'key'; readonly pem: string }

export type FromPeers =
  | { readonly kind: 'listens'; readonly port: number }
  | { readonly kind: 'knows' }
  | { readonly kind: 'came'; readonly arrivals: readonly Arrival[]; readonly refused: readonly string[] }

/** Milliseconds of the clock that all processes of a machine share. */
export const clockMs = (): number => Number(process.hrtime.bigint()) / 1e6
