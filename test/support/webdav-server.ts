/** A real WebDAV server of one test: Debian's Apache with mod_dav in its own folder, with one account. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from './find-program.ts'
import { freePort } from './free-port.ts'
import { until } from './until.ts'

const MODULES = '/usr/lib/apache2/modules'
/** Of Debian's `www-data`: Apache serves as nobody of root's. */
const SERVING_USER = 33

/** Null where it is installed; else the line to skip with. */
export const NO_WEBDAV =
  findProgram('apache2') === null || !existsSync(join(MODULES, 'mod_dav_fs.so'))
    ? 'skipped: apache2 with mod_dav is not installed'
    : null

export interface WebdavServer extends AsyncDisposable {
  readonly address: string
  readonly files: string
  stop(): Promise<void>
}

export async function openWebdavServer(): Promise<WebdavServer> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-webdav-'))
  const files = join(folder, 'files')
  const port = await freePort()
  await mkdir(files)
  await chmod(folder, 0o755)
  if (process.getuid?.() === 0)
    for (const path of [folder, files]) await chown(path, SERVING_USER, SERVING_USER)
  const hash = createHash('sha1').update('open sesame').digest('base64')
  await writeFile(join(folder, 'users'), `ana:{SHA}${hash}\n`)
  await writeFile(join(folder, 'apache.conf'), configuration(folder, port))
  const child = spawn(findProgram('apache2') ?? 'apache2', ['-X', '-f', join(folder, 'apache.conf')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await until('apache to answer', async () => {
    if (child.exitCode !== null) throw new Error(`apache has ended with ${child.exitCode}`)
    const { status } = await fetch(`http://127.0.0.1:${port}/dav/`)
    return status === 401
  })
  const stop = async (): Promise<void> => end(child)
  return {
    address: `webdav-insecure://ana:open%20sesame@127.0.0.1:${port}/dav/homes`,
    files,
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

const LOADED = [
  'mpm_event',
  'authn_core',
  'authn_file',
  'authz_core',
  'authz_user',
  'auth_basic',
  'alias',
  'dav',
  'dav_fs',
]

function configuration(folder: string, port: number): string {
  const modules = LOADED.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`)
  const user = process.getuid?.() === 0 ? `User #${SERVING_USER}\nGroup #${SERVING_USER}` : ''
  return `${modules.join('\n')}
ServerRoot ${folder}
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile ${folder}/apache.pid
ErrorLog ${folder}/error.log
Mutex file:${folder}
${user}
DavLockDB ${folder}/locks
Alias /dav ${folder}/files
<Directory ${folder}/files>
  Dav On
  AuthType Basic
  AuthName files
  AuthUserFile ${folder}/users
  Require valid-user
</Directory>
`
}
