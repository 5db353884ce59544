/** A home whose private listener is a socket, and the shell's handler before it: what the main window speaks to. */
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAppHandler } from '../../electron/protocol/app-protocol.ts'
import {
  type OwnerSession,
  type RunningHome,
  type SessionKeep,
  openOwnerSession,
} from '../../electron/protocol/owner-session.ts'
import { type AskInit, appRequest } from './shell-request.ts'
import { type OwnerHome, START_KEY, openOwnerHome } from './owner-home.ts'
import { closeBeforeCluster } from './test-database.ts'

export const USER_AGENT = 'Mozilla/5.0 (X11; Linux x86_64) Homebird Electron/45'

export interface DesktopHome {
  readonly home: OwnerHome
  /** What runs, as the session is told; null: nothing. */
  running: RunningHome | null
  readonly keep: MemoryKeep
  readonly session: OwnerSession
  /** As the page of the main window asks. */
  ask(path: string, init?: AskInit): Promise<Response>
  /** Another run of the shell on the same home. */
  again(): OwnerSession
  /** As the page of the main window asks in that run. */
  asking(session: OwnerSession): DesktopHome['ask']
  /** Path of the private listener. */
  readonly socket: string
}

export class MemoryKeep implements SessionKeep {
  token: string | null = null
  canWrite = true
  /** Lies there and does not open at first. */
  locked: string | null = null

  async read(): Promise<string | null> {
    return this.token
  }

  async former(): Promise<string | null> {
    return this.locked
  }

  async write(token: string | null): Promise<boolean> {
    if (this.canWrite) this.token = token
    return this.canWrite
  }
}

export async function openDesktopHome(): Promise<DesktopHome> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-desk-'))
  closeBeforeCluster(async () => rm(folder, { recursive: true, force: true }))
  const socket = join(folder, 'private.sock')
  const home = await openOwnerHome({ socket })
  const { windowDir, startDir } = await makePages(folder)
  const keep = new MemoryKeep()
  const open = (): OwnerSession =>
    openOwnerSession({ home: () => desktop.running, keep, userAgent: USER_AGENT })
  const session = open()
  const asking = (its: OwnerSession): DesktopHome['ask'] => {
    const mediaOrigin = (): string => 'https://media.example'
    const answer = createAppHandler({ session: its, windowDir, startDir, mediaOrigin })
    return async (path, init = {}) => answer(appRequest(path, init))
  }
  const desktop: DesktopHome = {
    home,
    running: { listen: { kind: 'socket', path: socket }, oneTimeKey: START_KEY },
    keep,
    session,
    ask: asking(session),
    again: open,
    asking,
    socket,
  }
  return desktop
}

async function makePages(folder: string): Promise<{ windowDir: string; startDir: string }> {
  const windowDir = join(folder, 'window')
  const startDir = join(folder, 'start')
  for (const made of [join(windowDir, 'assets'), join(windowDir, 'icons'), startDir]) {
    await mkdir(made, { recursive: true })
  }
  await writeFile(join(folder, 'secret.json'), '{"secret":true}')
  await writeFile(join(windowDir, 'index.html'), '<!doctype html><title>Homebird</title>')
  await writeFile(join(windowDir, 'package.json'), '{}')
  await writeFile(join(windowDir, 'assets', 'index-abc.js'), 'export {}')
  await writeFile(join(windowDir, 'assets', 'odd.exe'), 'MZ')
  await writeFile(join(windowDir, 'icons', 'homebird-192.png'), 'picture')
  await writeFile(join(startDir, 'index.html'), '<!doctype html><title>Starting</title>')
  await writeFile(join(startDir, 'start.js'), 'export {}')
  return { windowDir, startDir }
}
