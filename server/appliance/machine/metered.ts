/** Whether the line to the world costs by what goes over it, where the system tells. Programs are asked, no shell. */
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { type Question, askProgram } from './ask-program.ts'

/** NetworkManager's NMMetered: 1 yes, 2 no, 3 guessed yes, 4 guessed no, 0 unknown. */
const ASK_NETWORK_MANAGER: Question = {
  program: 'busctl',
  args: [
    '--system',
    // Where it does not run it is not started for this.
    '--auto-start=no',
    'get-property',
    'org.freedesktop.NetworkManager',
    '/org/freedesktop/NetworkManager',
    'org.freedesktop.NetworkManager',
    'Metered',
  ],
}
const ASK_NMCLI: Question = { program: 'nmcli', args: ['--get-values', 'GENERAL.METERED', 'device', 'show'] }

/** NetworkCostType: 0 unknown, 1 unrestricted, 2 fixed, 3 variable. */
const WINDOWS_COST =
  '[void][Windows.Networking.Connectivity.NetworkInformation,Windows.Networking.Connectivity,ContentType=WindowsRuntime];' +
  '$p=[Windows.Networking.Connectivity.NetworkInformation]::GetInternetConnectionProfile();' +
  'if($p){[int]$p.GetConnectionCost().NetworkCostType}'

function askWindows(systemRoot: string): Question {
  return {
    program: join(systemRoot, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe'),
    args: ['-NoProfile', '-NonInteractive', '-Command', WINDOWS_COST],
  }
}

export function readNetworkManager(answer: string): boolean | null {
  const value = /^u (\d)\s*$/.exec(answer)?.[1]
  if (value === '1' || value === '3') return true
  return value === '2' || value === '4' ? false : null
}

/** One line for each device; those without a connection say `unknown`. */
export function readNmcli(answer: string): boolean | null {
  const words = new Set(answer.split('\n').map((line) => line.trim().split(' ')[0]))
  if (words.has('yes')) return true
  return words.has('no') ? false : null
}

export function readWindowsCost(answer: string): boolean | null {
  const value = answer.trim()
  if (value === '2' || value === '3') return true
  return value === '1' ? false : null
}

interface MeteredNeeds {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  /** @throws where the program is not there, fails or does not answer */
  readonly ask?: (question: Question) => Promise<string>
}

/** Null where the system does not tell; macOS never does. */
export async function findMetered({
  platform,
  env,
  ask = askProgram,
}: MeteredNeeds): Promise<boolean | null> {
  const answered = async (
    question: Question,
    read: (answer: string) => boolean | null,
  ): Promise<boolean | null> => {
    try {
      return read(await ask(question))
    } catch {
      return null // a system without that program, or one that does not tell
    }
  }
  if (platform === 'linux')
    return (await answered(ASK_NETWORK_MANAGER, readNetworkManager)) ?? answered(ASK_NMCLI, readNmcli)
  const { SystemRoot: systemRoot } = env
  return platform === 'win32' && systemRoot !== undefined
    ? answered(askWindows(systemRoot), readWindowsCost)
    : null
}

const KEPT_MS = 15 * 60_000

interface KeptNeeds {
  readonly find: () => Promise<boolean | null>
  /** Another answer tells of another line. */
  readonly line?: () => string
  readonly now?: () => number
}

/**
 * One answer for all who ask, as a question can cost a whole program: it is put again when the line is another one, when
 * the answer is old, or at the word of whoever knows better.
 */
export function keepMetered({
  find,
  line = ownAddresses,
  now = Date.now,
}: KeptNeeds): (isAnew?: boolean) => Promise<boolean | null> {
  let kept: { readonly answer: Promise<boolean | null>; readonly line: string; readonly at: number } | null =
    null
  return (isAnew = false) => {
    const at = now()
    const current = line()
    if (isAnew || kept === null || kept.line !== current || Math.abs(at - kept.at) >= KEPT_MS)
      kept = { answer: find(), line: current, at }
    return kept.answer
  }
}

/** None where a strict service manager lets no process look: the answer is found again when it is old. */
function interfacesOfNow(): ReturnType<typeof networkInterfaces> {
  try {
    return networkInterfaces()
  } catch {
    return {}
  }
}

function ownAddresses(): string {
  const addresses = Object.entries(interfacesOfNow()).flatMap(([name, found = []]) =>
    found.filter(({ internal }) => !internal).map(({ address }) => `${name} ${address}`),
  )
  return addresses.sort().join('\n')
}
