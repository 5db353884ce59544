/**
 * A handle whose domain is a website: with what is written for it, real servers send on whoever asks, and the question
 * arrives at the home as it was asked.
 */
import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import type { RedirectHost } from '../../../server/contracts/edge-files.ts'
import { redirectGuide } from '../../../server/domain/edge-files/redirects.ts'
import { type ApiHome, openApiHome } from '../../support/api-home.ts'
import { type Edge, type EdgeProgram, findProgram, openEdge } from '../../support/edge-process.ts'
import { freePort } from '../../support/free-port.ts'
import { wholeNginx } from '../../support/own-edge.ts'

const WEBSITE = 'ana.example'
const HOME = 'home.example'

let home: ApiHome
before(async () => {
  home = await openApiHome({ domain: HOME })
})

function written(host: RedirectHost, name: string): string {
  const { files } = redirectGuide(host, [
    { domain: HOME, serviceHost: HOME },
    { domain: WEBSITE, serviceHost: HOME },
  ])
  return files.find((file) => file.name === name)?.text ?? ''
}

type Website = (folder: string, socketPath: string) => EdgeProgram | Promise<EdgeProgram>

const nginx: Website = (folder, socketPath) => ({
  program: findProgram('nginx') ?? 'nginx',
  files: {
    'homebird.conf': written('nginx', `homebird-${WEBSITE}.conf`),
    'nginx.conf': wholeNginx(
      folder,
      `server { listen unix:${socketPath}; include ${join(folder, 'homebird.conf')}; location / { return 200 website; } }`,
    ),
  },
  args: ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', join(folder, 'error.log')],
})

const caddy: Website = (folder, socketPath) => ({
  program: findProgram('caddy') ?? 'caddy',
  files: {
    'homebird.caddy': written('caddy', `homebird-${WEBSITE}.caddy`),
    Caddyfile: `{
	admin off
	auto_https off
	storage file_system ${join(folder, 'caddy')}
}
http://${WEBSITE} {
	bind unix/${socketPath}
	import homebird.caddy
	handle {
		respond website
	}
}
`,
  },
  args: ['run', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')],
})

const MODULES = '/usr/lib/apache2/modules'

/** @param files  beside its own  @param site  lines of the website */
async function apacheProgram(
  folder: string,
  files: Record<string, string>,
  site: string,
): Promise<EdgeProgram> {
  // Its workers are another account.
  chmodSync(folder, 0o755)
  const port = await freePort()
  const modules = ['mpm_event', 'authz_core', 'alias', 'headers', 'rewrite', 'dir', 'mime']
  const loaded = modules.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join('\n')
  const conf = `ServerRoot ${folder}
ServerName ${WEBSITE}
Listen 127.0.0.1:${port}
PidFile ${join(folder, 'apache.pid')}
ErrorLog ${join(folder, 'error.log')}
TypesConfig /dev/null
DefaultRuntimeDir ${folder}
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
${loaded}
DocumentRoot ${folder}
${site}
`
  return {
    program: findProgram('apache2') ?? 'apache2',
    files: { ...files, 'apache.conf': conf, 'index.html': 'website' },
    args: ['-D', 'FOREGROUND', '-f', join(folder, 'apache.conf')],
    plain: port,
  }
}

const apache: Website = async (folder) =>
  apacheProgram(
    folder,
    { 'homebird.conf': written('apache', `homebird-${WEBSITE}.conf`) },
    `Include ${join(folder, 'homebird.conf')}\n<Directory ${folder}>\nRequire all granted\n</Directory>`,
  )

const wordpress: Website = async (folder) =>
  apacheProgram(
    folder,
    { '.htaccess': written('wordpress', 'htaccess.txt') },
    `<Directory ${folder}>\nRequire all granted\nAllowOverride All\n</Directory>`,
  )

const WEBSITES: Readonly<Record<string, { program: string; open: Website }>> = {
  nginx: { program: 'nginx', open: nginx },
  caddy: { program: 'caddy', open: caddy },
  apache: { program: 'apache2', open: apache },
  'wordpress, by .htaccess': { program: 'apache2', open: wordpress },
}

/** As they are really asked. */
const QUESTIONS = [
  `?resource=acct:ana@${HOME}`,
  `?resource=acct%3Aana%40${HOME}`,
  `?rel=self&resource=acct:ana@${HOME}&x=a%20b+c%2F`,
]

async function follow(site: Edge, path: string): Promise<string> {
  const sent = await site.ask(WEBSITE, path)
  assert.equal(sent.status, 301, `${path}: ${sent.text()}`)
  assert.equal(sent.headers['access-control-allow-origin'], '*', path)
  return sent.headers.location ?? ''
}

for (const [name, { program, open }] of Object.entries(WEBSITES)) {
  const skip = findProgram(program) === null ? `skipped: ${program} is not installed` : false
  test(
    `${name}: whoever asks who somebody is is sent on with the question, all others are not`,
    { skip },
    async () => {
      const site = await openEdge(open)
      for (const question of QUESTIONS) {
        const path = `/.well-known/webfinger${question}`
        const to = await follow(site, path)
        assert.equal(to, `https://${HOME}${path}`)
        const answer = await home.ask(to.slice(`https://${HOME}`.length))
        assert.equal(answer.status, 200, to)
        assert.equal(String(answer.json()['subject']), `acct:ana@${HOME}`)
      }
      assert.equal(await follow(site, '/.well-known/host-meta'), `https://${HOME}/.well-known/host-meta`)
      for (const path of [
        '/',
        '/.well-known/webfingers',
        '/.well-known/webfinger/x',
        '/x/.well-known/webfinger',
      ]) {
        const { status, headers } = await site.ask(WEBSITE, path)
        assert.notEqual(status, 301, `${path} leads to ${headers.location ?? ''}`)
      }
    },
  )
}
