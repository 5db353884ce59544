/** Posts that are held back while parts of the home are killed: each goes out once, and what was called back stays. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { EMPTY_DRAFT } from '../support/drafts.ts'
import { HomeClient } from '../support/home-client.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'
import { until } from '../support/until.ts'

const HELD = 6

let home: ProcessHome
let owner: HomeClient
before(async () => {
  home = await startProcessHome({ domain: null, handle: 'ana' })
  owner = new HomeClient(home)
  await owner.signIn()
})
after(async () => home?.close())

const path = (key: string): string => `/api/homebird/v1/drafts/${key}`

async function holds(key: string, text: string, holdSeconds: number): Promise<void> {
  const draft = { ...EMPTY_DRAFT, text }
  await owner.call('PUT', path(key), { revision: 0, draft })
  await owner.call('POST', `${path(key)}/send`, { revision: 1, holdSeconds })
}

async function pidOf(part: string): Promise<number> {
  const { stdout } = await home.command('status', '--json')
  const { parts } = JSON.parse(stdout) as { parts: Array<{ name: string; pid: number | null }> }
  const pid = parts.find(({ name }) => name.startsWith(part))?.pid
  if (pid === undefined || pid === null) throw new Error(`no ${part} in ${stdout}`)
  return pid
}

const stateOf = async (key: string): Promise<string> => String((await owner.get(path(key)))['state'])

const VICTIMS = {
  server: async () => process.kill(await pidOf('server'), 'SIGKILL'),
  worker: async () => process.kill(await pidOf('worker'), 'SIGKILL'),
  database: async () => process.kill(await pidOf('database'), 'SIGKILL'),
  async supervisor() {
    await home.kill()
    await home.start()
    owner = new HomeClient(home)
    await owner.signIn()
  },
}

for (const [victim, kill] of Object.entries(VICTIMS)) {
  test(`killing the ${victim} while posts are held loses none, doubles none, and sends none that was called back`, async () => {
    const keys = Array.from({ length: HELD }, (_, index) => `${victim}-draft-${index}`)
    const back = `${victim}-called-back`
    await Promise.all(
      keys.map(async (key, index) => holds(key, `${victim} goes ${index}`, index % 2 === 0 ? 5 : 0)),
    )
    // The last, so that there is time to call it back on a busy machine.
    await holds(back, `${victim} back`, 5)
    await owner.call('DELETE', `${path(back)}/send`)
    await kill()
    for (const key of keys) {
      await until(`${key} went`, async () => (await stateOf(key)) === 'sent', 120_000)
    }
    assert.equal(await stateOf(back), 'kept')
    const posts = await owner.homeTimeline()
    const texts = posts.map(({ content }) => String(content).replaceAll(/<[^>]+>/g, ''))
    assert.deepEqual(
      texts.filter((text) => text.startsWith(`${victim} `)).toSorted(),
      keys.map((_, index) => `${victim} goes ${index}`),
    )
  })
}
