/** How a person looks after the home, with the mouse and again with the keyboard alone. */
import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import assert from 'node:assert/strict'
import { flowGround } from '../support/flow-ground.ts'
import type { HandKind } from '../support/hands.ts'
import { readZip } from '../support/read-zip.ts'
import { adminClient, pourOldPosts } from '../support/poured-posts.ts'

const { ground, flow } = flowGround('window-tasks-care.long.test.ts', async ({ home, ana }) => {
  await home.reads(ana, { content: '<p>Good morning.</p>' })
})

async function letterWaits(kind: HandKind): Promise<void> {
  ground.home.peer.inboxAnswer = () => ({ status: 503 })
  await ground.owner.writes(`@ana@peer.example are you there, ${kind}?`)
}

flow('try a delivery again', { path: '/status', prepare: letterWaits }, async (stage) => {
  const server = stage.page.getByRole('main').getByRole('listitem').filter({ hasText: 'peer.example' })
  await server.getByText('Not answering').waitFor()
  ground.home.peer.inboxAnswer = () => ({ status: 202 })
  await stage.hand.press(server.getByRole('button', { name: 'Try now' }))
  await ground.ana.inbox.waitFor(({ activity }) =>
    JSON.stringify(activity).includes(`are you there, ${stage.who}?`),
  )
})

flow('see how the last week went, as a table', { path: '/status' }, async (stage) => {
  await stage.hand.press(stage.button('7 d').or(stage.page.getByRole('radio', { name: '7 d' })))
  await stage.hand.press(stage.button('Table'))
  await stage.page.getByRole('table', { name: 'The last 7 days, by the day' }).waitFor()
})

async function linesAreLogged(kind: HandKind): Promise<void> {
  const lines = [1, 2].map((number) => {
    const time = new Date().toISOString()
    return `${JSON.stringify({ level: 'warn', time, part: 'server', event: `test.${kind}${number}` })}\n`
  })
  await appendFile(join(ground.home.home.dataDir, 'logs', 'homebird.log'), lines.join(''))
}

flow('search the log', { path: '/logs', prepare: linesAreLogged }, async (stage) => {
  await stage.page.getByText(`test.${stage.who}2`, { exact: true }).waitFor()
  await stage.hand.write(stage.page.getByLabel('Search', { exact: true }), `test.${stage.who}1`)
  await stage.page.getByText(`test.${stage.who}2`, { exact: true }).waitFor({ state: 'detached' })
  await stage.page.getByText(`test.${stage.who}1`, { exact: true }).waitFor()
})

flow('look at an activity and have it worked off once more', { path: '/inspector' }, async (stage) => {
  const created = stage.page
    .getByRole('main')
    .getByRole('listitem')
    .filter({ hasText: 'Received · Done' })
    .first()
  await stage.hand.press(created.getByRole('button', { name: /^Details/ }))
  await stage.page.getByText('Good signature:').waitFor()
  await stage.hand.press(stage.button('Work it off once more'))
  await stage.page.getByText('It is being worked off again.').waitFor()
})

flow('fetch any address as the home fetches it', { path: '/inspector' }, async (stage) => {
  await stage.hand.press(stage.page.getByRole('tab', { name: 'Any address' }))
  await stage.hand.enter(stage.page.getByRole('textbox', { name: 'Address', exact: true }), ground.ana.uri)
  await stage.page.getByText('Found · no proof inside').waitFor()
})

flow('empty a cache after a question', { path: '/storage' }, async (stage) => {
  await stage.hand.press(stage.button('Clear Media of others…'))
  const question = stage.page.getByRole('alertdialog', { name: 'Clear “Media of others”?' })
  await stage.hand.press(question.getByRole('button', { name: 'Clear cache' }))
  await question.waitFor({ state: 'detached' })
})

flow('look for files that nothing shows, before they are cleaned up', { path: '/storage' }, async (stage) => {
  await stage.hand.press(stage.button('Look for them'))
  await stage.page.getByText('There are none.').waitFor()
})

const oldPosts = (kind: string): number => (kind === 'keys' ? 31 : 30)

async function oldPostsLie(kind: HandKind): Promise<void> {
  const sql = await adminClient(ground.home.home.dataDir)
  try {
    await pourOldPosts(sql, oldPosts(kind), `eve-${kind}`)
  } finally {
    await sql.end()
  }
}

flow(
  'look what a clean-up would take, then have it done',
  { path: '/storage', prepare: oldPostsLie },
  async (stage) => {
    const others = stage.page.getByRole('region', { name: 'Posts of others' })
    await stage.hand.press(others.getByRole('button', { name: 'Look what would go' }))
    const posts = `${oldPosts(stage.who)} posts`
    await others.getByText(`${posts} and 0 people would go`).waitFor()
    await stage.hand.press(others.getByRole('button', { name: 'Clean up…' }))
    const question = stage.page.getByRole('alertdialog', { name: 'Clean up now?' })
    await stage.hand.press(question.getByRole('button', { name: 'Clean up', exact: true }))
    await others.getByText(`${posts} and 1 person are gone.`).waitFor({ timeout: 60_000 })
  },
)

flow(
  'have own old posts deleted by itself after a question, and stop it',
  { path: '/storage' },
  async (stage) => {
    const own = stage.page.getByRole('region', { name: 'Your own old posts' })
    await stage.hand.press(own.getByRole('button', { name: 'Delete old posts by itself…' }))
    const question = stage.page.getByRole('alertdialog', { name: 'Delete your posts after 365 days?' })
    await stage.hand.press(question.getByRole('button', { name: 'Delete old posts', exact: true }))
    await own.getByText(/^Posts older than 365 days are deleted/).waitFor()
    await stage.hand.press(own.getByRole('button', { name: 'Stop deleting' }))
    await own.getByText('Nothing of yours is deleted by itself.').waitFor()
  },
)

flow(
  'have the doctor look, and ignore what it found',
  {
    path: '/doctor',
    prepare: async () => void (await ground.owner.call('POST', '/api/homebird/v1/pause', {})),
  },
  async (stage) => {
    await stage.hand.press(stage.button('Look again'))
    // After a look that is under way, if there is one.
    await stage.page.getByRole('status').filter({ hasText: 'The look is over.' }).waitFor({ timeout: 90_000 })
    const finding = stage.page.getByRole('listitem').filter({ hasText: 'Sending is paused' })
    await stage.hand.press(finding.getByRole('button', { name: /^Ignore/ }))
    const ignored = stage.page.getByRole('region', { name: 'Ignored' })
    await ignored.getByText('Sending is paused').waitFor()
    // The finding goes from list to list, and the focus with it.
    await ignored.locator('h3:focus', { hasText: 'Sending is paused' }).waitFor()
    await stage.hand.press(ignored.getByRole('button', { name: /^Tell again/ }))
    await finding.getByRole('button', { name: /^Ignore/ }).waitFor()
    await stage.hand.press(stage.button('Resume sending'))
    await stage.page.getByRole('region', { name: 'Good' }).getByText('Nothing is paused').waitFor()
  },
)

flow('see the help bundle whole and save it', { path: '/status' }, async (stage) => {
  await stage.hand.press(stage.button('Help bundle…'))
  const sheet = stage.page.getByRole('dialog', { name: 'Help bundle' })
  const save = sheet.getByRole('button', { name: 'Save file' })
  // Gathering looks at every part of the home, the doctor's findings among them.
  await save.waitFor({ timeout: 60_000 })
  const saving = stage.page.waitForEvent('download')
  await stage.hand.press(save)
  const files = await readZip(await readFile(await (await saving).path()))
  const text = [...files.values()].join('\n')
  assert.ok(text.includes('HOMEBIRD_') && !text.includes(ground.home.home.password))
})

flow('sign out', { path: '/you' }, async (stage) => {
  await stage.hand.press(stage.button('Sign out'))
  await stage.page.getByRole('heading', { name: 'Welcome back' }).waitFor()
  // The cookie is worthless.
  await stage.page.goto(`${ground.home.origin}/home`)
  await stage.page.getByRole('heading', { name: 'Welcome back' }).waitFor()
  await ground.signIn()
})
