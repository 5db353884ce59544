/** One backup on its way back into a home: chosen, looked into, started, watched until the home is that one. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { RestorePreview } from '../../server/contracts/backups.ts'
import type { KeeperOutcome, KeeperProgress } from '../../server/contracts/keeping.ts'
import { getBackups } from '../api/backups.ts'
import { type RestoreSource, bringBackup, lookIntoBackup, startRestore } from '../api/restore.ts'
import { type Act, useAct } from './use-act.ts'
import { useServices } from './use-services.ts'

const LOOK_EVERY_MS = 1_000

export interface RestoreAnswers {
  /** A path on the computer of the home. */
  readonly path: string
  readonly words: string
  readonly password: string
}

export interface Restoring {
  readonly answers: RestoreAnswers
  readonly change: (part: Partial<RestoreAnswers>) => void
  /** Of a file that was brought, or of a backup that was chosen from a list. */
  readonly chosen: string | null
  readonly source: RestoreSource | null
  readonly bring: (file: File) => Promise<void>
  /** One of a place. Null where what was seen of a place holds no longer: then none of it is chosen. */
  readonly choose: (listed: { readonly address: string; readonly name: string } | null) => void
  /** What is inside, once it was looked into; what is changed afterwards has to be looked into again. */
  readonly preview: RestorePreview | null
  readonly act: Act
  /** Looks into it, or has it restored where that was done. */
  readonly goOn: () => Promise<void>
  readonly canGoOn: boolean
  readonly isStarted: boolean
  /** Null before the first and once the home is on its way. */
  readonly progress: KeeperProgress | null
  /** How it ended, where nothing has changed: it failed, or was cancelled. */
  readonly failed: KeeperOutcome | null
}

interface Chosen {
  readonly source: RestoreSource
  readonly name: string
}

const isFar = ({ source }: Chosen): boolean => 'address' in source

interface Seen {
  readonly preview: RestorePreview
  /** Which one, and with which words. */
  readonly looked: string
}

/** @param listed  a backup of a place, where one was chosen there */
export function useRestoring(listed: { readonly place: string; readonly name: string } | null): Restoring {
  const { api } = useServices()
  const act = useAct()
  const [answers, setAnswers] = useState<RestoreAnswers>({ path: '', words: '', password: '' })
  const [chosen, setChosen] = useState<Chosen | null>(
    listed === null ? null : { source: listed, name: listed.name },
  )
  const [seen, setSeen] = useState<Seen | null>(null)
  const [startedAt, setStartedAt] = useState<number | null>(null)
  const { progress, failed } = useWatched(startedAt)
  const path = answers.path.trim()
  const source = path === '' ? (chosen?.source ?? null) : { file: path }
  const words = answers.words.trim() === '' ? null : answers.words.trim()
  // An answer may come when something else is chosen already.
  const looked = JSON.stringify([source, words])
  const preview = seen?.looked === looked ? seen.preview : null
  const change = (part: Partial<RestoreAnswers>): void => setAnswers((known) => ({ ...known, ...part }))
  const bring = async (file: File): Promise<void> => {
    await act.run(async () => {
      const upload = await bringBackup(api, file)
      setChosen({ source: { upload }, name: file.name })
      change({ path: '' })
    })
  }
  const choose: Restoring['choose'] = (far) => {
    if (far === null) return setChosen((known) => (known !== null && isFar(known) ? null : known))
    setChosen({ source: far, name: far.name })
    change({ path: '' })
  }
  const goOn = async (): Promise<void> => {
    if (source === null) return
    const form = { from: source, words, password: answers.password }
    await act.run(async () => {
      if (preview === null) return setSeen({ preview: await lookIntoBackup(api, form), looked })
      await startRestore(api, form)
      setStartedAt(Date.now())
    })
  }
  const isStarted = startedAt !== null && failed === null
  return {
    answers,
    change,
    chosen: path === '' ? (chosen?.name ?? null) : null,
    source,
    bring,
    choose,
    preview,
    act,
    goOn,
    canGoOn: source !== null && !isStarted,
    isStarted,
    progress,
    failed,
  }
}

/** While it runs; a home that does not answer then is being opened again. */
function useWatched(startedAt: number | null): Pick<Restoring, 'progress' | 'failed'> {
  const { api } = useServices()
  const { data } = useQuery({
    queryKey: ['restoring', startedAt],
    queryFn: async () => getBackups(api),
    enabled: startedAt !== null,
    refetchInterval: LOOK_EVERY_MS,
    retry: false,
  })
  const running = data?.running ?? null
  const last = data?.ended[0]
  const isOfThis = running === null && last?.task === 'restore' && last.result !== 'done'
  return {
    progress: running?.task === 'restore' ? running : null,
    failed: startedAt !== null && isOfThis ? last : null,
  }
}
