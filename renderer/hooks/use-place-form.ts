/** What is typed of a place for backups, and what the home said of it when it went there. */
import { useRef, useState } from 'react'
import type { PlaceTrial } from '../../server/contracts/backups.ts'
import { makePlaceKey } from '../api/backups.ts'
import { EMPTY_PLACE, type PlaceDraft, placeAddress } from '../stores/place-address.ts'
import { type Act, useAct } from './use-act.ts'
import { useServices } from './use-services.ts'

/** What is in the way; nulls where nothing is. */
export type PlaceFlaw = Pick<PlaceTrial, 'message' | 'seenHostKey'>

export interface PlaceForm {
  readonly act: Act
  readonly draft: PlaceDraft
  /** Of a key that was made for it; then no password is asked for. */
  readonly publicKey: string | null
  readonly flaw: PlaceFlaw
  readonly change: (next: Partial<PlaceDraft>) => void
  readonly choose: (kind: PlaceDraft['kind']) => void
  readonly makeKey: () => void
  /** Has the home go there. @param hostKey  that was compared just now */
  readonly go: (hostKey?: string) => void
}

interface PlaceUse {
  readonly first: PlaceDraft['kind']
  /** @param isStill  whether the fields say the same yet: what was asked of another place is no answer to them */
  readonly use: (address: string, isStill: () => boolean) => Promise<PlaceFlaw>
  /** What was said of it holds no longer. */
  readonly onChange?: () => void
}

const NO_FLAW: PlaceFlaw = { message: null, seenHostKey: null }

export function usePlaceForm({ first, use, onChange }: PlaceUse): PlaceForm {
  const { api } = useServices()
  const act = useAct()
  const [draft, setDraft] = useState<PlaceDraft>({ ...EMPTY_PLACE, kind: first })
  const [publicKey, setPublicKey] = useState<string | null>(null)
  const [flaw, setFlaw] = useState(NO_FLAW)
  const changes = useRef(0)
  const choices = useRef(0)
  const change = (next: Partial<PlaceDraft>): void => {
    changes.current += 1
    // The key that was compared is of that server alone.
    setDraft((known) => ({ ...known, hostKey: 'host' in next ? null : known.hostKey, ...next }))
    setFlaw(NO_FLAW)
    onChange?.()
  }
  return {
    act,
    draft,
    publicKey,
    flaw,
    change,
    choose(kind) {
      choices.current += 1
      setPublicKey(null)
      change({ ...EMPTY_PLACE, kind })
    },
    makeKey() {
      const choice = choices.current
      void act.run(async () => {
        const made = await makePlaceKey(api)
        if (choice !== choices.current) return
        setPublicKey(made.publicKey)
        change({ privateKey: made.privateKey, secret: '' })
      })
    },
    go(hostKey) {
      const wanted = hostKey === undefined ? draft : { ...draft, hostKey }
      setDraft(wanted)
      setFlaw(NO_FLAW)
      const asked = changes.current
      const isStill = (): boolean => asked === changes.current
      void act.run(async () => {
        const found = await use(placeAddress(wanted), isStill)
        if (isStill()) setFlaw(found)
      })
    },
  }
}
