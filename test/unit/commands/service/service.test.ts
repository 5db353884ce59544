/** Services of three systems, with programs that stand in for theirs on the PATH and keep what they were told. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { lockDataDir } from '../../../../server/appliance/data-dir-lock.ts'
import { NOT_SEALED, writeSealState } from '../../../../server/appliance/seal-file.ts'
import {
  type ServiceCall,
  installService,
  showService,
  uninstallService,
} from '../../../../server/commands/service.ts'
import { serviceName } from '../../../../server/commands/service/service-manager.ts'
import { taskXml, windowsWord } from '../../../../server/commands/service/scheduled-task.ts'
import { systemdUnit, systemdWord } from '../../../../server/commands/service/systemd.ts'
import { createDataDir, createRooms, dataDirAt } from '../../../../server/core/data-dir.ts'
import { launchdPlist } from '../../../../server/commands/service/launchd.ts'

interface Scene {
  readonly call: ServiceCall
  readonly folder: string
  readonly dataDir: string
  /** What the programs were told since the last look, one line each. */
  readonly told: () => string[]
  /** What a program answers from now on. */
  readonly answers: (program: string, script: string) => void
}

function scene(t: TestContext, platform: NodeJS.Platform, uid = 1_000): Scene {
  const folder = mkdtempSync(join(tmpdir(), 'hb service '))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const log = join(folder, 'told')
  const answers = (program: string, script: string): void => {
    const path = join(bin, program)
    writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' "${program} $*" >> "$TOLD"\n${script}\n`)
    chmodSync(path, 0o755)
  }
  const dataDir = join(folder, 'my home')
  const home = join(folder, 'people', 'ada lovelace')
  mkdirSync(home, { recursive: true })
  const env = { PATH: `${bin}:/usr/bin:/bin`, TOLD: log, USER: 'ada', USERNAME: 'ada', USERDOMAIN: 'BOX' }
  return {
    folder,
    dataDir,
    answers,
    call: {
      options: { dataDir },
      io: { json: true, say: () => undefined, put: () => undefined },
      surroundings: { platform, env, uid, home, root: join(folder, 'root') },
      self: ['/opt/node 24/bin/node', '/opt/home bird/cli.js'],
    },
    told() {
      const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
      rmSync(log, { force: true })
      return lines
    },
  }
}

/** Runs a command, and gives its exit code and the value that it answers programs with. */
async function run(
  command: (call: ServiceCall) => Promise<number>,
  call: ServiceCall,
): Promise<Record<string, unknown>> {
  const put: unknown[] = []
  const exitCode = await command({ ...call, io: { ...call.io, put: (value) => put.push(value) } })
  return { exitCode, ...(put.at(-1) as object) }
}

test('systemd, for a person: written, enabled, started; again changes nothing; removed without a trace', async (t) => {
  const { call, dataDir, told, answers } = scene(t, 'linux')
  answers('systemctl', '[ "$2" = is-active ] && echo active; exit 0')
  answers('loginctl', 'echo no')
  const name = serviceName(dataDir, '/elsewhere')
  const unit = join(call.surroundings.home, '.config', 'systemd', 'user', `${name}.service`)
  const installed = await run(installService, call)
  assert.equal(installed['exitCode'], 0)
  assert.match(JSON.stringify(installed['said']), /ends when you log out.*loginctl enable-linger ada/)
  assert.deepEqual(told(), [
    'systemctl --user daemon-reload',
    `systemctl --user enable ${name}.service`,
    `systemctl --user start ${name}.service`,
    'loginctl show-user ada --property=Linger --value',
  ])
  assert.match(
    readFileSync(unit, 'utf8'),
    /ExecStart="\/opt\/node 24\/bin\/node" "\/opt\/home bird\/cli\.js" "serve" "--data-dir" ".*my home"\n/,
  )
  const again = await run(installService, call)
  assert.match(JSON.stringify(again['said']), /is there already/)
  assert.deepEqual(told(), [`systemctl --user is-active ${name}.service`])
  const status = await run(showService, call)
  assert.deepEqual([status['exitCode'], status['isInstalled'], status['isRunning']], [0, true, true])
  told()
  const moved = { ...call, self: ['/opt/node 26/bin/node', '/opt/home bird/cli.js'] }
  await run(installService, moved)
  assert.ok(told().includes(`systemctl --user restart ${name}.service`))
  assert.equal((await run(uninstallService, call))['exitCode'], 0)
  assert.ok(!existsSync(unit))
  assert.deepEqual(told(), [
    `systemctl --user disable --now ${name}.service`,
    'systemctl --user daemon-reload',
  ])
  assert.match(JSON.stringify(await run(uninstallService, call)), /there was no service/)
  assert.equal((await run(showService, call))['exitCode'], 1)
})

test('systemd, for the system, when root asks', async (t) => {
  const { call, folder, dataDir, told, answers } = scene(t, 'linux', 0)
  answers('systemctl', '[ "$1" = is-active ] && echo inactive; exit 0')
  await run(installService, call)
  const name = serviceName(dataDir, '/elsewhere')
  assert.deepEqual(told(), [
    'systemctl daemon-reload',
    `systemctl enable ${name}.service`,
    `systemctl start ${name}.service`,
  ])
  assert.match(
    readFileSync(join(folder, 'root', 'etc', 'systemd', 'system', `${name}.service`), 'utf8'),
    /ProtectSystem=full/,
  )
})

test('a system that refuses or has no such program is told in its own words, with the way out', async (t) => {
  const { call, answers } = scene(t, 'linux')
  const withoutAny = { ...call, surroundings: { ...call.surroundings, env: { PATH: '/nowhere' } } }
  await assert.rejects(installService(withoutAny), /systemctl cannot be asked \(ENOENT\): is it installed\?/)
  answers('systemctl', 'echo "Failed to connect to bus: No medium found" >&2; exit 1')
  await assert.rejects(installService(call), /daemon-reload failed with code 1: Failed to connect to bus/)
  const bsd = { ...call, surroundings: { ...call.surroundings, platform: 'freebsd' as const } }
  await assert.rejects(installService(bsd), /no service for freebsd.*homebird serve --data-dir/)
})

test('launchd: an agent is bootstrapped once, booted out before it changes, and removed', async (t) => {
  const { call, folder, told, answers } = scene(t, 'darwin', 501)
  const loaded = join(folder, 'loaded')
  answers(
    'launchctl',
    `case "$1" in
print) [ -f "${loaded}" ] && printf '\\tstate = running\\n' || exit 113;;
bootstrap) touch "${loaded}";;
bootout) rm "${loaded}";;
esac`,
  )
  const installed = await run(installService, call)
  assert.equal(installed['exitCode'], 0, JSON.stringify(installed))
  const words = told().map((line) => line.split(' ').slice(0, 2).join(' '))
  assert.deepEqual(words, ['launchctl print', 'launchctl enable', 'launchctl bootstrap'])
  await run(installService, call)
  assert.equal(told().length, 1)
  await run(installService, { ...call, self: ['/other/node', '/cli.js'] })
  assert.ok(told().some((line) => line.startsWith('launchctl bootout gui/501/org.homebird.homebird')))
  assert.equal((await run(showService, call))['exitCode'], 0)
  await run(uninstallService, call)
  assert.deepEqual([existsSync(loaded), (await run(showService, call))['exitCode']], [false, 1])
  assert.match(JSON.stringify(await run(uninstallService, call)), /there was no service/)
})

test('Windows: a task that says that it is no service', async (t) => {
  const { call, folder, dataDir, told, answers } = scene(t, 'win32')
  const there = join(folder, 'there')
  answers(
    'schtasks',
    `case "$1" in
/Query) [ -f "${there}" ] || exit 1;;
/Create) touch "${there}";;
/Delete) rm "${there}";;
esac`,
  )
  const installed = await run(installService, call)
  assert.match(JSON.stringify(installed['said']), /scheduled task and no Windows service/)
  const name = serviceName(dataDir, '/elsewhere')
  assert.deepEqual(told().slice(1), [
    `schtasks /Create /TN ${name} /XML ${join(dataDir, `${name}-task.xml`)} /F`,
    `schtasks /Run /TN ${name}`,
  ])
  const kept = readFileSync(join(dataDir, `${name}-task.xml`))
  assert.deepEqual([...kept.subarray(0, 2)], [0xff, 0xfe])
  await run(installService, call)
  assert.deepEqual(told(), [`schtasks /Query /TN ${name}`])
  await run(uninstallService, call)
  assert.equal((await run(showService, call))['exitCode'], 1)
})

test('what would only fail again is refused first: a home that runs, a sealed one', async (t) => {
  const { call, dataDir, answers, told } = scene(t, 'linux')
  answers('systemctl', 'exit 3')
  createRooms(createDataDir(dataDir))
  const lock = lockDataDir(dataDirAt(dataDir))
  await assert.rejects(
    installService(call),
    /runs already.*not as a service; stop it first, or quit the desktop app/,
  )
  lock.release()
  writeSealState(dataDirAt(dataDir), { ...NOT_SEALED, key: 'x' })
  await assert.rejects(installService(call), /sealed by the keychain/)
  assert.deepEqual(told(), [])
})

test('a program that npx has fetched for one call is no service', async (t) => {
  const { call, answers, told } = scene(t, 'linux')
  answers('systemctl', 'exit 0')
  for (const folder of ['/home/ada/.npm/_npx/0a1b', '/home/ada/.cache/pnpm/dlx/0a1b']) {
    const self = ['/usr/bin/node', `${folder}/node_modules/homebird/bin/homebird.js`]
    await assert.rejects(installService({ ...call, self }), /0a1b.*npm install --global homebird/)
  }
  assert.deepEqual(told(), [])
})

test('a unit of systemd is never given up, but for what a person must change', () => {
  const unit = systemdUnit({ name: 'homebird', command: ['/node'] }, false)
  assert.match(unit, /^\[Unit\]\n(?:.+\n)*StartLimitIntervalSec=0\n/)
  assert.match(unit, /^RestartSec=30$/m)
  assert.match(unit, /^RestartPreventExitStatus=\d/m)
})

test('variables of the shell that the service will not see are named', async (t) => {
  const { call, answers } = scene(t, 'linux')
  answers('systemctl', 'exit 0')
  answers('loginctl', 'echo yes')
  const env = { ...call.surroundings.env, HOMEBIRD_PORT: '4999', TAKAHE_SECRET_KEY: 'a.example' }
  const said = JSON.stringify(
    await run(installService, { ...call, surroundings: { ...call.surroundings, env } }),
  )
  assert.match(
    said,
    /lingering is on.*HOMEBIRD_PORT, TAKAHE_SECRET_KEY\); keep them with: homebird config set/,
  )
})

const hostile = { name: 'homebird', command: ['/a b/node', String.raw`/c"d\e %h $HOME <&>/cli.js`] }

test('words of any kind come through every description as they are', () => {
  assert.equal(systemdWord(hostile.command[1] ?? ''), String.raw`"/c\"d\\e %%h $$HOME <&>/cli.js"`)
  assert.match(launchdPlist(hostile), /<string>\/c&quot;d\\e %h \$HOME &lt;&amp;&gt;\/cli\.js<\/string>/)
  assert.match(taskXml(hostile, String.raw`BOX\a&b`), /<UserId>BOX\\a&amp;b<\/UserId>/)
  assert.deepEqual(['plain', 'a b', 'say "hi"', String.raw`C:\my dir` + '\\', ''].map(windowsWord), [
    'plain',
    '"a b"',
    String.raw`"say \"hi\""`,
    String.raw`"C:\my dir\\"`,
    '""',
  ])
})

test(
  'systemd itself finds nothing wrong with either unit',
  { skip: !existsSync('/usr/bin/systemd-analyze') && 'no systemd-analyze' },
  (t) => {
    const { folder } = scene(t, 'linux')
    for (const isRoot of [true, false]) {
      const file = join(folder, `homebird-${isRoot}.service`)
      const command = [process.execPath, join(folder, 'a $b %c "d".js'), 'serve', '--data-dir', '/my home']
      writeFileSync(file, systemdUnit({ name: 'homebird', command }, isRoot))
      const { status, stderr } = spawnSync(
        'systemd-analyze',
        ['verify', '--man=no', '--generators=no', file],
        {
          encoding: 'utf8',
          env: { ...process.env, XDG_RUNTIME_DIR: folder },
        },
      )
      assert.deepEqual([status, stderr], [0, ''])
    }
  },
)
