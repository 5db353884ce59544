/**
 * A home behind a scripted edge that ends TLS for it, and what the doctor finds over its public name. Opened before the
 * tests of a file, open until the last of them has ended.
 */
import assert from 'node:assert/strict'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { DoctorCode } from '../../server/contracts/doctor.ts'
import type { OutsideCheck } from '../../server/domain/doctor/outside/world.ts'
import { keepMeasured } from '../../server/domain/doctor/outside/measured.ts'
import { type Edge, PUBLIC_EDGE, readEdge } from '../../server/domain/edges/edge.ts'
import type { Purger } from '../../server/domain/purges/purger.ts'
import { openHomeWorld } from '../../server/http/owner/open-outside.ts'
import { type ApiHome, openApiHome } from './api-home.ts'
import {
  type EdgeFault,
  type FaultyEdge,
  type HeaderPairs,
  type PassedAnswer,
  type PassedRequest,
  openFaultyEdge,
} from './faulty-edge.ts'
import { closeBeforeCluster } from './test-database.ts'
import { type TestCa, createTestCa } from './test-tls.ts'

export interface Look {
  readonly checks: readonly OutsideCheck[]
  readonly isDeep?: boolean
  readonly purger?: Pick<Purger, 'purge'> | null
}

export interface ExaminedHome {
  readonly home: ApiHome
  readonly host: string
  readonly edge: FaultyEdge
  readonly ca: TestCa
  /** What these checks find, kept as a run of the doctor keeps it. */
  found(look: Look): Promise<readonly DoctorCode[]>
  /** The same while the edge is wrong in this way. */
  foundBehind(fault: EdgeFault, look: Look): Promise<readonly DoctorCode[]>
  measured(): Promise<Edge>
}

export async function openExaminedHome(host = 'home.example'): Promise<ExaminedHome> {
  const ca = createTestCa({ after: (work) => process.on('exit', work) })
  setDefaultCACertificates([...getCACertificates('default'), ca.caPem])
  const edge = await openFaultyEdge(ca, [host], { server: 'nginx' })
  closeBeforeCluster(async () => edge[Symbol.asyncDispose]())
  const home = await openApiHome({ env: { HOMEBIRD_HOST_ADDRESSES: `${host}=${edge.address}` } })
  edge.leadTo(home.publicPort)
  const found = async ({ checks, isDeep = false, purger = null }: Look): Promise<DoctorCode[]> => {
    const { context } = home
    const world = await openHomeWorld(context, isDeep ? 'deep' : 'asked')
    assert.ok(world !== null)
    try {
      const parts = { ...context, purger, dir: null, facts: async () => null }
      const codes = await Promise.all(checks.map(async (check) => check.run(world, parts)))
      await keepMeasured(parts, world)
      await home.home.refresh()
      return codes.flat()
    } finally {
      world[Symbol.dispose]()
    }
  }
  return {
    home,
    host,
    edge,
    ca,
    found,
    async foundBehind(fault, look) {
      edge.breakBy(fault)
      try {
        return await found(look)
      } finally {
        edge.breakBy(null)
      }
    },
    measured: async () => readEdge(home.db, PUBLIC_EDGE),
  }
}

export const namesOf = (codes: readonly DoctorCode[]): string => codes.map(({ code }) => code).join(' ')

export const valueIn = (headers: HeaderPairs, name: string): string | null =>
  headers.find(([known]) => known.toLowerCase() === name)?.[1] ?? null

export const without = (headers: HeaderPairs, ...gone: readonly string[]): HeaderPairs =>
  headers.filter(([name]) => !gone.includes(name.toLowerCase()))

/** In place of what the header said. */
export function put(request: PassedRequest, name: string, value: string): void {
  request.headers = [...without(request.headers, name.toLowerCase()), [name, value]]
}

interface CacheRules {
  readonly keyOf?: (request: PassedRequest) => string
  readonly keeps?: (cacheControl: string, request: PassedRequest) => boolean
  readonly ignoresVary?: boolean
}

export const isPublic = (cacheControl: string): boolean => cacheControl.startsWith('public')

/** An edge that keeps answers, with rules of its own where they are given. */
export function cachingEdge(rules: CacheRules = {}): EdgeFault {
  const { keyOf = ({ path }) => path, keeps = isPublic, ignoresVary = false } = rules
  const kept = new Map<string, PassedAnswer>()
  const varying = new Set<string>()
  const nameOf = (request: PassedRequest): string => {
    const key = keyOf(request)
    return varying.has(key) ? `${key} ${valueIn(request.headers, 'accept')}` : key
  }
  return {
    answer: (request) => (request.method === 'GET' ? (kept.get(nameOf(request)) ?? null) : null),
    response(answer, request) {
      const isKept = answer.status === 200 && keeps(valueIn(answer.headers, 'cache-control') ?? '', request)
      if (request.method !== 'GET' || !isKept) return
      const varies = /accept(?:,|$)/i.test(valueIn(answer.headers, 'vary') ?? '')
      if (varies && !ignoresVary) varying.add(keyOf(request))
      kept.set(nameOf(request), answer)
    },
  }
}
