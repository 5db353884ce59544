/** Whether somebody is writing: the desktop shell restarts nothing meanwhile. What is written is kept all the same. */
import { isWorthKeeping } from './draft.ts'
import type { Drafts } from './drafts.ts'
import type { Observable } from './observable.ts'
import type { Outgoing } from './outgoing.ts'

interface WritingParts {
  readonly drafts: Pick<Drafts, 'view' | 'current'>
  readonly uploads: { readonly view: Observable<Readonly<Record<string, { readonly failure: unknown }>>> }
  readonly outgoing: Pick<Outgoing, 'view'>
}

interface WritingClock {
  readonly nowMs: () => number
  readonly set: (act: () => void, ms: number) => unknown
  readonly clear: (timer: never) => void
}

const WALL_CLOCK: WritingClock = {
  nowMs: () => Date.now(),
  set: (act, ms) => setTimeout(act, ms),
  clear: (timer) => clearTimeout(timer),
}

/** Who thinks about the next word for so long has turned to something else. */
const PAUSE_MS = 60_000

/** @returns until when it counts as writing, as things are; null where it does not */
export function writingUntil({ drafts, uploads, outgoing }: WritingParts, nowMs: number): number | null {
  const draft = drafts.current()
  const typedAtMs = isWorthKeeping(draft) ? (draft.savedAtMs ?? 0) : 0
  // A home that does not answer keeps no update waiting for ever.
  const sendsAtMs = outgoing.view.get().held.map((held) => held.sendsAtMs)
  const isUploading = Object.values(uploads.view.get()).some(({ failure }) => failure === null)
  const last = Math.max(typedAtMs, ...sendsAtMs, isUploading ? nowMs : 0)
  return last + PAUSE_MS > nowMs ? last + PAUSE_MS : null
}

/** Tells each change; at first what is so. @returns what ends the watching, after which nobody writes */
export function watchWriting(
  parts: WritingParts,
  tell: (isWriting: boolean) => void,
  clock: WritingClock = WALL_CLOCK,
): () => void {
  let told: boolean | null = null
  let timer: unknown = null
  const say = (isWriting: boolean): void => {
    if (told === isWriting) return
    told = isWriting
    tell(isWriting)
  }
  const look = (): void => {
    const until = writingUntil(parts, clock.nowMs())
    clock.clear(timer as never)
    if (until !== null) timer = clock.set(look, until - clock.nowMs())
    say(until !== null)
  }
  const stops = [parts.drafts, parts.uploads, parts.outgoing].map(({ view }) => view.subscribe(look))
  look()
  return () => {
    for (const stop of stops) stop()
    clock.clear(timer as never)
    say(false)
  }
}
