/** One page of logs for one filter: the newest lines, older ones on demand, and the live line for those to come. */
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { LogLevelName, LogLine, LogPage } from '../../../server/contracts/logs.ts'
import type { ApiFailure } from '../../api/failure.ts'
import { getLogs, liveLogPath } from '../../api/home.ts'
import { openStream } from '../../api/stream.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { LogTail } from '../../stores/log-tail.ts'

export interface LogFilter {
  readonly level: LogLevelName
  readonly part: string
  readonly search: string
}

interface TailedLogs {
  readonly tail: LogTail
  readonly query: UseQueryResult<LogPage>
  readonly older: {
    readonly isBusy: boolean
    readonly failure: ApiFailure | null
    readonly run: () => Promise<unknown>
  }
}

export function useLogTail(filter: LogFilter): TailedLogs {
  const { api, session } = useServices()
  const [tail] = useState(() => new LogTail())
  const act = useAct()
  const query = useQuery({
    queryKey: ['logs', filter.level, filter.part, filter.search],
    queryFn: async () => getLogs(api, { ...filter }),
    staleTime: Infinity,
    gcTime: 0,
  })
  const { data } = query
  useEffect(() => {
    if (data === undefined) return undefined
    tail.begin(data)
    const stream = openStream({
      fetch: async (input, init) => window.fetch(input, init),
      path: liveLogPath({ ...filter, after: data.after ?? '' }),
      onEvent: ({ event, data: text }) => {
        if (event === 'lines') tail.came(JSON.parse(text) as LogLine[])
      },
      onState: () => undefined,
      onSignedOut: () => session.hasEnded(),
    })
    return () => stream.close()
    // The filter is the same for as long as this is shown: another one is shown anew.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [data, tail])
  const readOlder = async (): Promise<void> => {
    const { before } = tail.view.get()
    if (before !== null) tail.older(await getLogs(api, { ...filter, before }))
  }
  return { tail, query, older: { ...act, run: async () => act.run(readOlder) } }
}
