/** What a person writes, with the mouse and again with the keyboard alone. */
import assert from 'node:assert/strict'
import { fieldHolds } from '../support/fields.ts'
import { type Stage, flowGround } from '../support/flow-ground.ts'
import { newPicture } from '../support/pictures.ts'
import { until } from '../support/until.ts'

const { ground, flow } = flowGround('window-tasks-writing.long.test.ts')

const holds = (holdSeconds: number) => async (): Promise<void> => {
  await ground.owner.call('PATCH', '/api/homebird/v1/preferences', { holdSeconds })
}

const cup = { name: 'cup.png', mimeType: 'image/png', buffer: newPicture(400, 300) }

const altField = (stage: Stage) => stage.page.getByLabel('What it shows, for people who do not see it')

flow('write a post', {}, async (stage) => {
  await stage.hand.write(stage.text, stage.own('Good morning'))
  await stage.send()
  await stage.post(stage.own('Good morning')).waitFor()
  await fieldHolds(stage.text, '')
})

flow('write for followers, under a content warning', {}, async (stage) => {
  await stage.hand.pick(
    stage.button(/Who sees it/),
    stage.page.getByRole('menuitemradio', { name: /Followers/ }),
  )
  await stage.hand.press(stage.button('Content warning'))
  await stage.hand.write(stage.page.getByRole('textbox', { name: 'Content warning' }), 'spiders')
  await stage.hand.write(stage.text, stage.own('eleven of them'))
  await stage.send()
  const post = await stage.published(stage.own('eleven of them'))
  assert.deepEqual([String(post['visibility']), String(post['spoiler_text'])], ['private', 'spiders'])
})

flow('paste a picture and say what it shows', {}, async (stage) => {
  await stage.hand.write(stage.text, stage.own('A picture of mine'))
  await stage.hand.paste(stage.text, [cup])
  await stage.hand.press(stage.button('Add alt text, file 1'))
  await stage.hand.write(altField(stage), 'A cup on a table')
  await stage.hand.press(stage.page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }))
  await stage.page.getByRole('dialog').waitFor({ state: 'detached' })
  await stage.button('Remove file 1').waitFor()
  await stage.send()
  const [media] = [...((await stage.published(stage.own('A picture of mine')))['media_attachments'] ?? [])]
  assert.equal(String(media?.['description']), 'A cup on a table')
})

flow('choose a picture and post it without alt text, after being asked', {}, async (stage) => {
  await stage.hand.write(stage.text, stage.own('A file of mine'))
  await stage.hand.give(stage.button('Add pictures, video or sound'), cup)
  await stage.button('Remove file 1').waitFor()
  await stage.send()
  const question = stage.page.getByRole('alertdialog', { name: 'Post without alt text?' })
  await stage.hand.press(question.getByRole('button', { name: 'Post anyway' }))
  await stage.published(stage.own('A file of mine'))
})

flow('ask a poll of three options', {}, async (stage) => {
  await stage.hand.write(stage.text, stage.own('Which one?'))
  await stage.hand.press(stage.button('Poll'))
  await stage.hand.write(stage.page.getByLabel('Option 1', { exact: true }), 'tea')
  await stage.hand.write(stage.page.getByLabel('Option 2', { exact: true }), 'coffee')
  await stage.hand.press(stage.button('Add option'))
  await stage.hand.write(stage.page.getByLabel('Option 3', { exact: true }), 'water')
  await stage.send()
  const { poll } = await stage.published(stage.own('Which one?'))
  const titles = [...(poll?.['options'] ?? [])].map((option) => String(option['title']))
  assert.deepEqual(titles, ['tea', 'coffee', 'water'])
})

flow('schedule a post, and take it off the plan again', {}, async (stage) => {
  await stage.hand.write(stage.text, stage.own('For later'))
  await stage.hand.press(stage.button('Publish later'))
  await stage.page.getByLabel('Publish at').waitFor()
  await stage.send('Schedule')
  await stage.page.getByText(/Scheduled for/).waitFor()
  await stage.hand.press(stage.page.getByRole('link', { name: 'View' }))
  const row = stage.page.getByRole('listitem').filter({ hasText: stage.own('For later') })
  await stage.hand.press(row.getByRole('button', { name: 'Delete' }))
  await row.waitFor({ state: 'detached' })
  await stage.undo()
  await row.waitFor()
  await stage.hand.press(row.getByRole('button', { name: 'Edit', exact: true }))
  await until('it is a draft', async () => (await stage.text.inputValue()) === stage.own('For later'))
})

flow('call a held post back, then send it now', { prepare: holds(30) }, async (stage) => {
  await stage.hand.write(stage.text, stage.own('On second thought'))
  await stage.send()
  await stage.page.getByText(/Sending in \d+ s/).waitFor()
  await stage.hand.press(stage.button('Undo'))
  await until('it is back', async () => (await stage.text.inputValue()) === stage.own('On second thought'))
  await stage.hand.write(stage.text, stage.own('On third thought'))
  await stage.send()
  await stage.hand.press(stage.button('Send now'))
  await stage.published(stage.own('On third thought'))
  await holds(0)()
})

flow('close the window and find the draft again', {}, async (stage) => {
  await stage.hand.write(stage.text, stage.own('Half a thought'))
  await stage.page.getByText(/saved \d+ s ago/).waitFor()
  await stage.page.goto('about:blank')
  await stage.page.goto(`${ground.home.origin}/drafts`)
  const row = stage.page.getByRole('listitem').filter({ hasText: stage.own('Half a thought') })
  await stage.hand.press(row.getByRole('button', { name: 'Open' }))
  await until(
    'it is in the composer',
    async () => (await stage.text.inputValue()) === stage.own('Half a thought'),
  )
})

flow('throw a draft away, with Undo', { path: '/drafts' }, async (stage) => {
  await stage.hand.write(stage.text, stage.own('Not needed'))
  await stage.page.getByText(/saved \d+ s ago/).waitFor()
  await stage.page.reload()
  const row = stage.page.getByRole('listitem').filter({ hasText: stage.own('Not needed') })
  await stage.hand.press(row.getByRole('button', { name: 'Delete draft' }))
  await row.waitFor({ state: 'detached' })
  await stage.undo()
  await row.waitFor()
})

flow('mention somebody by suggestion', {}, async (stage) => {
  await stage.hand.write(stage.text, `${stage.own('Hello')} @an`)
  await stage.hand.press(stage.page.getByRole('option', { name: /Ana Marić/ }))
  await until('the handle stands there', async () =>
    (await stage.text.inputValue()).includes('@ana@peer.example '),
  )
  await stage.send()
  const [mention] = [...((await stage.published(stage.own('Hello')))['mentions'] ?? [])]
  assert.equal(String(mention?.['acct']), 'ana@peer.example')
})

flow('write a private mention and find it among them', {}, async (stage) => {
  await stage.hand.pick(
    stage.button(/Who sees it/),
    stage.page.getByRole('menuitemradio', { name: /Private mention/ }),
  )
  await stage.page.getByText(/It is not encrypted/).waitFor()
  await stage.hand.write(stage.text, `@ana@peer.example ${stage.own('between us')}`)
  await stage.send()
  await stage.page.getByText('Posted.').waitFor()
  await stage.goTo('Private mentions')
  await stage.page
    .getByRole('listitem')
    .filter({ hasText: stage.own('between us') })
    .waitFor()
})
