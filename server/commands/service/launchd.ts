/** An agent of launchd, for this person; a daemon when root asks. @see launchd.plist(5), launchctl(1) */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeFileAtomically } from '../../core/atomic-file.ts'
import {
  type RunTool,
  type ServiceManager,
  type ServicePlan,
  type ServiceState,
  type Surroundings,
  must,
} from './service-manager.ts'
import { xmlText } from './xml-text.ts'

const labelOf = (name: string): string => `org.homebird.${name}`

export function launchdPlist({ name, command }: ServicePlan): string {
  const words = command.map((word) => `    <string>${xmlText(word)}</string>`).join('\n')
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${labelOf(name)}</string>
  <key>ProgramArguments</key>
  <array>
${words}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>30</integer>
  <key>ExitTimeOut</key>
  <integer>30</integer>
  <key>Umask</key>
  <integer>63</integer>
</dict>
</plist>
`
}

export function launchdManager({ uid, home, root }: Surroundings, run: RunTool): ServiceManager {
  const isRoot = uid === 0
  const folder = isRoot ? join(root, 'Library', 'LaunchDaemons') : join(home, 'Library', 'LaunchAgents')
  const domain = isRoot ? 'system' : `gui/${uid}`
  const fileOf = (name: string): string => join(folder, `${labelOf(name)}.plist`)
  const targetOf = (name: string): string => `${domain}/${labelOf(name)}`
  const look = async (name: string): Promise<ServiceState & { readonly isLoaded: boolean }> => {
    const file = fileOf(name)
    const { code, output } = await run('launchctl', ['print', targetOf(name)])
    const isLoaded = code === 0
    return {
      isInstalled: existsSync(file),
      isRunning: isLoaded && /^\s*state = running$/m.test(output),
      isLoaded,
      file,
    }
  }
  return {
    kind: isRoot ? 'launchd daemon' : 'launchd agent',
    async status(name) {
      const { isInstalled, isRunning, file } = await look(name)
      return { isInstalled, isRunning, file }
    },
    async install(plan) {
      const { isInstalled, isRunning, isLoaded, file } = await look(plan.name)
      const plist = launchdPlist(plan)
      const isSame = isInstalled && readFileSync(file, 'utf8') === plist
      if (isSame && isRunning) return [`${file} is there already, and the home runs`]
      mkdirSync(dirname(file), { recursive: true })
      if (!isSame) writeFileAtomically(file, plist, 0o644)
      if (isLoaded) await must(run, 'launchctl', ['bootout', targetOf(plan.name)])
      // One that was switched off by hand stays off else.
      await must(run, 'launchctl', ['enable', targetOf(plan.name)])
      await must(run, 'launchctl', ['bootstrap', domain, file])
      const when = isRoot ? 'with the system' : 'when you log in'
      return [`${isSame ? 'unchanged' : 'written'}: ${file}; it is started now and ${when}`]
    },
    async uninstall(name) {
      const { isInstalled, isLoaded, file } = await look(name)
      if (!isInstalled && !isLoaded) return ['there was no service']
      if (isLoaded) await must(run, 'launchctl', ['bootout', targetOf(name)])
      rmSync(file, { force: true })
      return [`the home was stopped; removed: ${file}`]
    },
  }
}
