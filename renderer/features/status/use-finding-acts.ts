/** Acts on the findings of the doctor by their names: a finding may go to another list while one is on its way. */
import { useRef, useState } from 'react'
import type { DoctorReport } from '../../../server/contracts/doctor.ts'
import { type ApiFailure, toFailure } from '../../api/failure.ts'
import { useDoctorAct } from './use-home.ts'

export const FINDING_ACTS = ['fix', 'ignore'] as const
export type FindingAct = (typeof FINDING_ACTS)[number]

export interface FindingActs {
  readonly isBusy: (act: FindingAct, finding: string) => boolean
  /** Of its last try. */
  readonly failure: (act: FindingAct, finding: string) => ApiFailure | null
  /** None waits for another; one that is on its way counts once. */
  readonly run: (act: FindingAct, finding: string, work: () => Promise<DoctorReport>) => void
}

const NONE: ReadonlySet<string> = new Set()

const keyOf = (act: FindingAct, finding: string): string => `${act} ${finding}`

export function useFindingActs(): FindingActs {
  const take = useDoctorAct()
  const running = useRef(NONE)
  const [busy, setBusy] = useState(NONE)
  const [failures, setFailures] = useState<ReadonlyMap<string, ApiFailure>>(new Map())
  const mark = (next: ReadonlySet<string>): void => {
    running.current = next
    setBusy(next)
  }
  const tell = (key: string, failure: ApiFailure | null): void =>
    setFailures((known) => {
      const others = [...known].filter(([one]) => one !== key)
      return new Map(failure === null ? others : [...others, [key, failure]])
    })
  const run = async (key: string, work: () => Promise<DoctorReport>): Promise<void> => {
    if (running.current.has(key)) return
    mark(new Set([...running.current, key]))
    tell(key, null)
    try {
      await take(work)
    } catch (error) {
      tell(key, toFailure(error))
    } finally {
      mark(new Set([...running.current].filter((one) => one !== key)))
    }
  }
  return {
    isBusy: (act, finding) => busy.has(keyOf(act, finding)),
    failure: (act, finding) => failures.get(keyOf(act, finding)) ?? null,
    run: (act, finding, work) => void run(keyOf(act, finding), work),
  }
}
