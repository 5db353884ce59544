/** The steps by which a home comes back, as one way: how far along it a restoring is. */
import type { KeeperProgress } from '../../server/contracts/keeping.ts'

/** In their order; the first is that of a home that comes from another computer. */
const STEPS = ['bring', 'read', 'indexes', 'compare', 'media', 'schema'] as const
/** Of every restoring. */
const FIRST = 'read'

export type RestoreAmount = Pick<KeeperProgress, 'step' | 'done' | 'total' | 'unit'>

interface RestorePlace {
  /** Null for one that has no name of its own, as before the first. */
  readonly step: (typeof STEPS)[number] | null
  /** Steps that are done, and the share of the one that it is at. */
  readonly done: number
  readonly total: number
}

/** @param isBrought  whether it comes from another computer */
export function placeOfRestoring({ step, done, total }: RestoreAmount, isBrought: boolean): RestorePlace {
  const known = STEPS.find((one) => one === step)
  const before = STEPS.indexOf(isBrought ? 'bring' : FIRST)
  const within = known === undefined || total === null || total === 0 ? 0 : Math.min(1, done / total)
  return {
    step: known ?? null,
    done: STEPS.indexOf(known ?? FIRST) - before + within,
    total: STEPS.length - before,
  }
}
