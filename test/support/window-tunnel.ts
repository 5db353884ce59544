/** What a home tells of its way in, in each state: for windows that are looked at without a server that could be reached. */
import type { Page } from 'playwright-core'
import type { DoctorCode, DoctorFinding, DoctorReport } from '../../server/contracts/doctor.ts'
import type { TunnelOverview, TunnelState, TunnelStatus } from '../../server/contracts/tunnel.ts'
import { SETTINGS } from '../../server/core/settings.ts'
import { RUNS_PROGRAMS, TUNNEL_SETTINGS } from '../../server/core/tunnel-settings.ts'

const KEY = 'SHA256:mVPwvezndPv/ARoIadVY98vAC0g+P/5633yTC4d/wXE'
const OTHER_KEY = 'SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM'
const PUBLIC_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE3ZC9YtP0j0mV5c0FQmHn4wKp9v1B8e7yq3uXz2oQkT homebird'

/** Every setting of this version, as the home lists them. */
function settings(kept: Readonly<Record<string, string>>): TunnelOverview['settings'] {
  return (Object.keys(TUNNEL_SETTINGS) as (keyof typeof TUNNEL_SETTINGS)[]).map((name) => {
    const { env, fallback } = SETTINGS[name]
    const isSecret = 'secret' in SETTINGS[name]
    const value = kept[name] ?? fallback
    return {
      name,
      variable: env,
      default: fallback,
      isSecret,
      needsPassword: RUNS_PROGRAMS.has(name),
      isSet: value !== '',
      value: isSecret ? '' : value,
    }
  })
}

const ago = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString()

function told(state: TunnelState, more: Partial<TunnelStatus> = {}): TunnelStatus {
  return {
    kind: 'ssh',
    state,
    since: ago(7_400),
    proof: null,
    reason: null,
    nextTryAt: null,
    attempts: 1,
    findings: [],
    notice: 'host.example.org, /run/homebird/home.sock',
    facts: { publicKey: PUBLIC_KEY },
    ...more,
  }
}

const SSH = { tunnel: 'ssh', tunnelServer: 'homebird@host.example.org', tunnelHostKey: KEY }
const ssh = (status: TunnelStatus, kept: Readonly<Record<string, string>> = {}): TunnelOverview => ({
  status,
  settings: settings({ ...SSH, ...kept }),
})

/** By the names of the pictures. */
export const TUNNEL_SCENES: Readonly<Record<string, TunnelOverview>> = {
  none: { status: null, settings: settings({}) },
  preparing: ssh(told('preparing', { since: ago(2) })),
  'key-unknown': ssh(
    told('blocked', {
      facts: { publicKey: PUBLIC_KEY, seenHostKey: KEY },
      reason: `host.example.org shows the key ${KEY}; compare it with what the server itself says, and confirm it by HOMEBIRD_TUNNEL_HOST_KEY`,
      findings: [
        { weight: 'stop', code: 'HOST_KEY_UNKNOWN', message: `host.example.org shows the key ${KEY}` },
      ],
    }),
    { tunnelHostKey: '' },
  ),
  'key-changed': ssh(
    told('blocked', {
      facts: { publicKey: PUBLIC_KEY, seenHostKey: OTHER_KEY },
      reason: `host.example.org shows the key ${OTHER_KEY} and not ${KEY}`,
    }),
  ),
  waiting: ssh(
    told('waiting', {
      reason: 'host.example.org: connect ECONNREFUSED 203.0.113.7:22',
      nextTryAt: new Date(Date.now() + 22_000).toISOString(),
      attempts: 5,
    }),
  ),
  connected: ssh(told('connected', { since: ago(3) })),
  verified: ssh(told('verified', { proof: { source: 'loop', at: ago(20), ms: 41 } })),
  degraded: ssh(told('degraded', { reason: 'home.example answered 502 instead of the proof' })),
  command: {
    status: told('blocked', {
      kind: 'command',
      facts: {},
      notice: null,
      reason: 'no program is named',
      findings: [
        {
          weight: 'stop',
          code: 'NO_COMMAND',
          message:
            'no program is named; set HOMEBIRD_TUNNEL_COMMAND to a JSON list, such as ["frpc","-c","/etc/frpc.toml"]',
        },
      ],
    }),
    settings: settings({ tunnel: 'command', tunnelToken: 'kept' }),
  },
}

/** The home's own answer is not asked for any more. */
export async function answerTunnel(page: Page, overview: TunnelOverview): Promise<void> {
  await page.unroute('**/api/homebird/v1/tunnel')
  await page.route('**/api/homebird/v1/tunnel', async (route) => route.fulfill({ json: overview }))
}

function found(
  name: string,
  state: DoctorFinding['state'],
  codes: readonly DoctorCode[] = [],
): DoctorFinding {
  return { name, state, facts: {}, checkedAt: ago(30), isIgnored: false, hasFix: false, codes }
}

/** A home behind an edge that is wrong in several ways. */
export const FAULTY_DOCTOR: DoctorReport = {
  ranAt: ago(30),
  findings: [
    found('database', 'good'),
    found('clock', 'good'),
    found('dns', 'good'),
    found('tls', 'look', [
      {
        code: 'CERT_EXPIRES',
        weight: 'warns',
        hop: 'edge',
        facts: { host: 'home.example', days: 6, validTo: '2026-03-07T12:00:00.000Z' },
        lines: null,
      },
    ]),
    found('bots', 'bad', [
      {
        code: 'UA_BLOCKED',
        weight: 'breaks',
        hop: 'edge',
        facts: { host: 'home.example', names: 'GoToSocial, Pixelfed', status: 403 },
        lines: {
          edge: 'nginx',
          text: '# take away what blocks by name in the block of home.example:\n# if ($http_user_agent ~* …) { return 403; }',
        },
      },
    ]),
    found('fidelity', 'bad', [
      {
        code: 'HOST_REWRITTEN',
        weight: 'breaks',
        hop: 'edge',
        facts: { expected: 'home.example', got: '127.0.0.1:4180' },
        lines: { edge: 'nginx', text: 'proxy_set_header Host $host;' },
      },
    ]),
    found('caching', 'good', [
      { code: 'CACHE_IGNORES_VARY', weight: 'informs', hop: 'edge', facts: {}, lines: null },
    ]),
    { ...found('live', 'look'), facts: { reason: 'the way in was closed while it was looked at' } },
    { ...found('size', 'bad', []), isIgnored: true },
  ],
}

export async function answerDoctor(page: Page, report: DoctorReport): Promise<void> {
  await page.route('**/api/homebird/v1/doctor', async (route) => route.fulfill({ json: report }))
}
