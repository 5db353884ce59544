/**
 * On Windows: a scheduled task that starts the home when this person logs on. It is no Windows service: that would need a
 * program of somebody else around the home, and would run it with rights that PostgreSQL refuses.
 * @see schtasks.exe, Task Scheduler schema 1.2
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, win32 } from 'node:path'
import { writeFileAtomically } from '../../core/atomic-file.ts'
import {
  type RunTool,
  type ServiceManager,
  type ServicePlan,
  type Surroundings,
  must,
} from './service-manager.ts'
import { xmlText } from './xml-text.ts'

const NO_SERVICE =
  'it is a scheduled task and no Windows service: it starts when you log on, and ends when you log off'

/** One word of a command line as the C runtime of Windows takes it apart. */
export function windowsWord(word: string): string {
  if (word !== '' && !/[\s"]/.test(word)) return word
  return `"${word.replaceAll(/(\\*)"/g, String.raw`$1$1\"`).replace(/(\\+)$/, '$1$1')}"`
}

export function taskXml({ command }: ServicePlan, user: string): string {
  const [program = '', ...words] = command
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Homebird, a home in the fediverse</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
      <UserId>${xmlText(user)}</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>${xmlText(user)}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>10</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${xmlText(program)}</Command>
      <Arguments>${xmlText(words.map(windowsWord).join(' '))}</Arguments>
    </Exec>
  </Actions>
</Task>
`
}

interface TaskSurroundings extends Surroundings {
  /** Where the description of the task is kept, so that a change of it is seen. */
  readonly dataDir: string
}

export function taskManager({ env, dataDir }: TaskSurroundings, run: RunTool): ServiceManager {
  const { USERNAME: name = '', USERDOMAIN: domain = '' } = env
  const user = domain === '' ? name : win32.join(domain, name)
  const fileOf = (task: string): string => `${dataDir}${dataDir.includes('\\') ? '\\' : '/'}${task}-task.xml`
  const isThere = async (task: string): Promise<boolean> =>
    (await run('schtasks', ['/Query', '/TN', task])).code === 0
  return {
    kind: 'scheduled task',
    async status(task) {
      // The words of schtasks are in the language of the system; whether it runs is seen by the folder.
      return { isInstalled: await isThere(task), isRunning: false, file: fileOf(task) }
    },
    async install(plan) {
      const file = fileOf(plan.name)
      const bytes = Buffer.from(`\uFEFF${taskXml(plan, user)}`, 'utf16le')
      const isSame = (await isThere(plan.name)) && isEqual(file, bytes)
      if (isSame) return [`the task ${plan.name} is there already`, NO_SERVICE]
      mkdirSync(dirname(file), { recursive: true })
      writeFileAtomically(file, bytes, 0o600)
      await must(run, 'schtasks', ['/Create', '/TN', plan.name, '/XML', file, '/F'])
      await must(run, 'schtasks', ['/Run', '/TN', plan.name])
      return [`the task ${plan.name} is made and started; its description: ${file}`, NO_SERVICE]
    },
    async uninstall(task) {
      if (!(await isThere(task))) return ['there was no task']
      await must(run, 'schtasks', ['/Delete', '/TN', task, '/F'])
      rmSync(fileOf(task), { force: true })
      return [
        `the task ${task} is removed; a home that it has started runs on until it is stopped or you log off`,
      ]
    },
  }
}

function isEqual(file: string, bytes: Buffer): boolean {
  try {
    return readFileSync(file).equals(bytes)
  } catch {
    return false // what cannot be compared is written anew
  }
}
