/**
 * A unit of systemd: of this user, or of the system when root asks. What it may do is bounded as far as the kind of unit
 * allows: a unit of a user has no right to change what it sees of the disk.
 * @see systemd.service(5), systemd.exec(5), loginctl(1)
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { ExitCode, isFinalExitCode } from '../../contracts/exit-code.ts'
import { writeFileAtomically } from '../../core/atomic-file.ts'
import {
  type RunTool,
  type ServiceManager,
  type ServicePlan,
  type ServiceState,
  type Surroundings,
  must,
} from './service-manager.ts'

const BOUNDS = [
  'NoNewPrivileges=yes',
  'LockPersonality=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
  'SystemCallArchitectures=native',
  'UMask=0077',
]

/** The database runs as another user, to whom its files are given. */
const BOUNDS_OF_ROOT = [
  'CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_KILL CAP_SETGID CAP_SETUID CAP_NET_BIND_SERVICE',
  'PrivateTmp=yes',
  'ProtectSystem=full',
  'ProtectClock=yes',
  'ProtectControlGroups=yes',
  'ProtectHostname=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
]

/** One word of a command line as systemd reads it. */
export function systemdWord(word: string): string {
  const escaped = word
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('%', '%%')
    .replaceAll('$', '$$$$')
  return `"${escaped}"`
}

export function systemdUnit({ command }: ServicePlan, isRoot: boolean): string {
  const hopeless = Object.values(ExitCode).filter((code) => isFinalExitCode(code))
  return `${[
    '[Unit]',
    'Description=Homebird, a home in the fediverse',
    ...(isRoot ? ['Wants=network-online.target', 'After=network-online.target'] : []),
    '# It is started again for as long as it takes: nobody would hear that it was given up.',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    `ExecStart=${command.map(systemdWord).join(' ')}`,
    'Restart=on-failure',
    'RestartSec=30',
    '# After these a start would fail the same way: a setting, another Homebird in the folder, a port.',
    `RestartPreventExitStatus=${hopeless.join(' ')}`,
    '# The home stops its parts itself, the database last.',
    'KillMode=mixed',
    'TimeoutStopSec=30',
    ...BOUNDS,
    ...(isRoot ? BOUNDS_OF_ROOT : []),
    '',
    '[Install]',
    `WantedBy=${isRoot ? 'multi-user.target' : 'default.target'}`,
  ].join('\n')}\n`
}

export function systemdManager({ env, uid, home, root }: Surroundings, run: RunTool): ServiceManager {
  const isRoot = uid === 0
  const { XDG_CONFIG_HOME: configured = '', USER: user = String(uid) } = env
  const config = isAbsolute(configured) ? configured : join(home, '.config')
  const folder = isRoot ? join(root, 'etc', 'systemd', 'system') : join(config, 'systemd', 'user')
  const fileOf = (name: string): string => join(folder, `${name}.service`)
  const systemctl = async (...args: string[]): Promise<string> => must(run, 'systemctl', [...whose, ...args])
  const whose = isRoot ? [] : ['--user']
  const status = async (name: string): Promise<ServiceState> => {
    const file = fileOf(name)
    if (!existsSync(file)) return { isInstalled: false, isRunning: false, file }
    // Its exit code is about the unit; that it answers is enough.
    const { output } = await run('systemctl', [...whose, 'is-active', `${name}.service`])
    return { isInstalled: true, isRunning: output === 'active', file }
  }
  return {
    kind: isRoot ? 'systemd unit of the system' : 'systemd unit of this user',
    status,
    async install(plan) {
      const file = fileOf(plan.name)
      const unit = systemdUnit(plan, isRoot)
      const before = await status(plan.name)
      const isSame = before.isInstalled && readFileSync(file, 'utf8') === unit
      if (isSame && before.isRunning) return [`${file} is there already, and the home runs`]
      mkdirSync(dirname(file), { recursive: true })
      if (!isSame) writeFileAtomically(file, unit, 0o644)
      await systemctl('daemon-reload')
      await systemctl('enable', `${plan.name}.service`)
      await systemctl(before.isRunning ? 'restart' : 'start', `${plan.name}.service`)
      const done = `${isSame ? 'unchanged' : 'written'}: ${file}; it is started now and ${isRoot ? 'with the system' : 'when you log in'}`
      return [done, ...(isRoot ? [] : [await lingerSentence(run, user)])]
    },
    async uninstall(name) {
      const file = fileOf(name)
      if (!existsSync(file)) return ['there was no service']
      await systemctl('disable', '--now', `${name}.service`)
      rmSync(file, { force: true })
      await systemctl('daemon-reload')
      return [`the home was stopped; removed: ${file}`]
    },
  }
}

async function lingerSentence(run: RunTool, user: string): Promise<string> {
  try {
    const { output } = await run('loginctl', ['show-user', user, '--property=Linger', '--value'])
    if (output === 'yes') return 'it goes on when you log out, as lingering is on for you'
  } catch {
    // a system without loginctl: then what follows is the safer thing to say
  }
  return `it ends when you log out; to have it run from the start of the computer until its end: loginctl enable-linger ${user}`
}
