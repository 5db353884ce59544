/** `homebird service install | uninstall | status`: has the system start the home by itself. */
import { realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { sealedWithoutDesktop } from '../appliance/seal.ts'
import { readSealState } from '../appliance/seal-file.ts'
import { isDataDirLocked, readLockHolder } from '../appliance/data-dir-lock.ts'
import { chosenDataDir } from '../appliance/ground.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import { type DataDir, dataDirAt, defaultDataDirHere, inspectDataDir } from '../core/data-dir.ts'
import { HomebirdError } from '../core/errors.ts'
import { type CommandIo, commandIo } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'
import { launchdManager } from './service/launchd.ts'
import { taskManager } from './service/scheduled-task.ts'
import { type ServiceManager, type Surroundings, serviceName, toolRunner } from './service/service-manager.ts'
import { systemdManager } from './service/systemd.ts'

export interface ServiceCall {
  readonly options: CommonOptions
  readonly io: CommandIo
  readonly surroundings: Surroundings
  /** Program and script that run this command. */
  readonly self: readonly string[]
}

interface Service {
  readonly dir: DataDir
  readonly name: string
  readonly manager: ServiceManager
}

/** @throws HomebirdError UNAVAILABLE with what the system said or for a program that goes away, DATA_DIR_LOCKED, DATA_DIR_UNUSABLE, SECRETS_SEALED */
export async function installService(call: ServiceCall): Promise<ExitCode> {
  const { io } = call
  const { dir, name, manager } = serviceOf(call)
  requireProgramThatStays(call.self)
  inspectDataDir(dir.path)
  if (readSealState(dir).key !== null) throw sealedWithoutDesktop(dir)
  await requireNobodyElse(dir, name, manager)
  const command = [...call.self, 'serve', '--data-dir', dir.path]
  const said = await manager.install({ name, command })
  const unheard = Object.keys(call.surroundings.env).filter((variable) =>
    /^(?:HOMEBIRD|TAKAHE)_/.test(variable),
  )
  const unheardOfUse = unheard.filter((variable) => variable !== 'HOMEBIRD_DATA_DIR')
  if (unheardOfUse.length > 0)
    said.push(
      `it does not see the variables of this shell (${unheardOfUse.toSorted().join(', ')}); keep them with: homebird config set`,
    )
  io.put({ service: name, kind: manager.kind, command, said })
  io.say(`${manager.kind}: ${name}`)
  for (const sentence of said) io.say(sentence)
  return ExitCode.ok
}

/** @throws HomebirdError UNAVAILABLE with what the system said */
export async function uninstallService(call: ServiceCall): Promise<ExitCode> {
  const { io } = call
  const { dir, name, manager } = serviceOf(call)
  const said = [...(await manager.uninstall(name)), `the home itself stays in ${dir.path}`]
  io.put({ service: name, kind: manager.kind, said })
  for (const sentence of said) io.say(sentence)
  return ExitCode.ok
}

/** @returns `failure` where it is not installed, or the home does not run */
export async function showService(call: ServiceCall): Promise<ExitCode> {
  const { io } = call
  const { dir, name, manager } = serviceOf(call)
  const { isInstalled, file, ...state } = await manager.status(name)
  const isHomeRunning = isDataDirLocked(dir)
  // A task of Windows does not say by itself whether it runs.
  const isRunning = state.isRunning || (manager.kind === 'scheduled task' && isInstalled && isHomeRunning)
  io.put({
    service: name,
    kind: manager.kind,
    isInstalled,
    isRunning,
    isHomeRunning,
    file,
    dataDir: dir.path,
  })
  io.say(
    `${manager.kind} ${name}: ${isInstalled ? 'installed' : 'not installed'}, ${isRunning ? 'running' : 'not running'}`,
  )
  if (isInstalled) io.say(`  ${file}`)
  if (isHomeRunning && !isRunning) io.say(`  the home in ${dir.path} runs, but not by this service`)
  if (!isInstalled) io.say('  install it with: homebird service install')
  return isInstalled && isRunning ? ExitCode.ok : ExitCode.failure
}

/** This process, this system. */
export function callHere(options: CommonOptions): ServiceCall {
  const { env } = sourcesFrom(options)
  const [, script = ''] = process.argv
  const surroundings = {
    platform: process.platform,
    env,
    uid: process.getuid?.() ?? null,
    home: homedir(),
    root: '/',
  }
  const io = commandIo(options.json === true)
  return { options, io, surroundings, self: [process.execPath, realpathSync(script)] }
}

function serviceOf({ options, surroundings }: ServiceCall): Service {
  const { env } = surroundings
  const { commandLine } = sourcesFrom(options)
  const dir = chosenDataDir({ env, ...(commandLine === undefined ? {} : { commandLine }) })
  const run = toolRunner(surroundings)
  const name = serviceName(dir.path, dataDirAt(defaultDataDirHere(env)).path)
  const { platform } = surroundings
  if (platform === 'linux') return { dir, name, manager: systemdManager(surroundings, run) }
  if (platform === 'darwin') return { dir, name, manager: launchdManager(surroundings, run) }
  if (platform === 'win32')
    return { dir, name, manager: taskManager({ ...surroundings, dataDir: dir.path }, run) }
  throw new HomebirdError(
    'UNAVAILABLE',
    `there is no service for ${platform}; have its own way of starting programs run: homebird serve --data-dir ${dir.path}`,
  )
}

/** Where npx and its like keep what they fetched for one call, until the next clean-up. */
const PASSING_FOLDER = /[\\/](?:_npx|pnpm[\\/]dlx)[\\/]/

function requireProgramThatStays(self: readonly string[]): void {
  const passing = self.find((path) => PASSING_FOLDER.test(path))
  if (passing === undefined) return
  throw new HomebirdError(
    'UNAVAILABLE',
    `${passing} was fetched for one call and is cleaned up some day, after which the service would not start; ` +
      'install Homebird to stay, with: npm install --global homebird, then say again: homebird service install',
  )
}

/** A home that runs already would be refused to the service, again and again. */
async function requireNobodyElse(dir: DataDir, name: string, manager: ServiceManager): Promise<void> {
  if (!isDataDirLocked(dir)) return
  const { isInstalled, isRunning } = await manager.status(name)
  if (isRunning || (isInstalled && manager.kind === 'scheduled task')) return
  const pid = readLockHolder(dir)?.pid
  throw new HomebirdError(
    'DATA_DIR_LOCKED',
    `the home in ${dir.path} runs already${pid === undefined ? '' : ` (process ${pid})`}, but not as a service; stop it first, or quit the desktop app, then install the service`,
  )
}
