/**
 * The tasks of a person at the window, each done with the mouse and again with the keyboard alone. `flow` is the only
 * way to write one, and makes both tests of it; a file fails when a task of its row was not done by both hands.
 */
import assert from 'node:assert/strict'
import { type TestContext, after, test } from 'node:test'
import { noBrowser } from './browser.ts'
import type { HandKind } from './hands.ts'

/** By the file in `test/e2e` that does them. */
export const TASKS = {
  'window-tasks-posts.long.test.ts': [
    'favourite a post and take it back',
    'boost a post',
    'reply to a post',
    'react with an emoji and take it back',
    'quote a post',
    'bookmark a post and find it again',
    'vote in a poll',
    'read what is behind a content warning',
    'look at pictures large, the next one, nearer, with their alt text',
    'edit a post',
    'see what a post said before it was edited',
    'see where a post went, let go of a server and try it again',
    'delete a post, with Undo',
    'delete a post and write it anew',
    'pin a post to the profile',
    'open a thread and fold a branch',
    'have missing replies fetched',
    'filter a post from its menu',
  ],
  'window-tasks-writing.long.test.ts': [
    'write a post',
    'write for followers, under a content warning',
    'paste a picture and say what it shows',
    'choose a picture and post it without alt text, after being asked',
    'ask a poll of three options',
    'schedule a post, and take it off the plan again',
    'call a held post back, then send it now',
    'close the window and find the draft again',
    'throw a draft away, with Undo',
    'mention somebody by suggestion',
    'write a private mention and find it among them',
  ],
  'window-tasks-people.long.test.ts': [
    'follow somebody by address, and stop following',
    'mute somebody for a day, and take it back',
    'block somebody',
    'report a post to its server',
    'keep a private note on a profile',
    'accept one who asks to follow and refuse another',
    'make a list and put somebody on it',
    'follow a hashtag, and leave it with Undo',
    'make a filter and try it',
    'add a word to a filter',
    'look through notifications by kind, mark them as read, dismiss one',
    'find an own old post by its words',
    'open the profile of an author from a post',
    'block a server after seeing what would be lost',
  ],
  'window-tasks-settings.long.test.ts': [
    'find a setting by another word for it',
    'change the theme and give the usual one back',
    'make the text larger',
    'change a key, and switch the letters off',
    'change name and picture of the profile',
    'name an older account of mine',
    'add a second identity',
    'import people I follow, and export them',
    'read the address of my home for a phone',
    'sign another browser out',
    'set up a second step with recovery codes, and turn it off',
    'change the password',
  ],
  'window-tasks-care.long.test.ts': [
    'try a delivery again',
    'see how the last week went, as a table',
    'search the log',
    'look at an activity and have it worked off once more',
    'fetch any address as the home fetches it',
    'empty a cache after a question',
    'look for files that nothing shows, before they are cleaned up',
    'look what a clean-up would take, then have it done',
    'have own old posts deleted by itself after a question, and stop it',
    'have the doctor look, and ignore what it found',
    'see the help bundle whole and save it',
    'sign out',
  ],
  'window-tasks-reading.long.test.ts': [
    'find the place again after the home was restarted',
    'go up to what is new',
    'write while the home is away, and send it when it is back',
    'read a hashtag and follow it',
  ],
  'window-first-run.long.test.ts': [
    'look at the ways back, then set up a home only on this computer, to the first post',
    'set up a home under a domain, keep its recovery sheet, bring people by their handles',
    'go on in every step after the home was killed, and bring people from a file',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type TaskFile = keyof typeof TASKS
export type Task<File extends TaskFile = TaskFile> = (typeof TASKS)[File][number]

const HANDS: Readonly<Record<HandKind, string>> = {
  mouse: 'with the mouse',
  keys: 'with the keyboard alone',
}

/** The name under which a hand's test of a task is reported. */
export function testName(task: Task, kind: HandKind): string {
  return `${task}, ${HANDS[kind]}`
}

export type FlowMaker<File extends TaskFile> = (
  task: Task<File>,
  run: (t: TestContext, kind: HandKind) => Promise<void>,
) => void

/** For the file of this name, which has to do each of its tasks once. */
export function flowsOf<File extends TaskFile>(file: File): FlowMaker<File> {
  const done = new Set<string>()
  const isWhole = !process.execArgv.some((word) => word.startsWith('--test-name-pattern'))
  after(() => {
    if (noBrowser !== false || !isWhole) return
    const wanted = TASKS[file].flatMap((task) => [testName(task, 'mouse'), testName(task, 'keys')])
    assert.deepEqual([...done].toSorted(), wanted.toSorted(), 'tasks that both hands have done')
  })
  return (task, run) => {
    for (const kind of ['mouse', 'keys'] as const) {
      const name = testName(task, kind)
      test(name, { skip: noBrowser }, async (t) => {
        await run(t, kind)
        done.add(name)
      })
    }
  }
}
