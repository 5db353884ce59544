/**
 * What an owner of a home is promised, and the tests that show it: signing in, their settings, the settings of the home, and
 * what people ask of such homes. A unit test fails when a named test is not there any more. Whoever adds a promise adds a row.
 */
import { BEYOND } from './promises-beyond.ts'
import { type Proof, client, federation, owner, people, promised, settings, signIn, tasks } from './proofs.ts'

const SWITCHES =
  'every switch under ${group} counts at once by the space bar, outlives the window, and is reset'

export const PROMISES = {
  signIn: {
    'an app signs in through a page of the home, in the language of the owner': [
      client(
        'oauth-languages',
        'the language that the browser asks for is spoken from sign-in to the code, and kept by nobody',
      ),
      signIn('the whole of sign-in: a passkey, a second step, an app that is let in and sent away'),
    ],
    'a password is changed in the window, and set anew by a command': [
      tasks('settings', 'change the password'),
      [
        'e2e/headless-commands.long.test.ts',
        'a forgotten password is set on the machine, beside the running home and without one',
      ],
    ],
    'a second step on the public page': [
      owner(
        'second-factors',
        'the page for apps asks for the code, says the same for either mistake, and takes a recovery code',
      ),
      tasks('settings', 'set up a second step with recovery codes, and turn it off'),
    ],
    'passkeys on the public page': [
      signIn('a phone follows the link of the window and has its passkey, once'),
    ],
    'consent, code and errors of apps': [
      client('oauth', 'the code of an app without address is shown to be copied, for the chosen identity'),
      client('oauth-languages', 'what is refused is said in the same language, without a bare code'),
    ],
    'the first run': [
      [
        'e2e/window-first-run.long.test.ts',
        'set up a home under a domain, keep its recovery sheet, bring people by their handles',
      ],
      ['e2e/window-first-run.test.ts', 'a person comes from the printed address to a first post'],
    ],
  },
  ownerSettings: {
    'profile: name, text, pictures, fields': [
      settings('the profile is changed with a picture and a field, applied by one bar'),
      tasks('settings', 'change name and picture of the profile'),
    ],
    'profile: found, hidden, searched, with feeds and hashtags': [
      promised(SWITCHES, 'a hashtag stands on the profile until it is taken away'),
    ],
    'posting: visibility, warnings': [
      promised('what new posts begin with is chosen, and the composer begins with it'),
      [
        'e2e/window-preferences.long.test.ts',
        'warnings that are opened by preference are open, and each can be closed',
      ],
    ],
    'light, dark, and larger letters': [
      settings('theme and size of text count at once, survive a new window, and are reset'),
    ],
    'devices, apps, tokens and the second step': [
      tasks('settings', 'sign another browser out'),
      promised('a token is made by the keyboard, shown once, works, and is taken away'),
    ],
    'many follows are let go of at once': [people('lets go of many at once, after the numbers were named')],
    'imports and exports of every list': [
      promised('every kind of list is taken in from a file, and saved again'),
      settings('a list is imported, what fails is told as a file, and it is exported again'),
      tasks('settings', 'import people I follow, and export them'),
    ],
    'moving in': [tasks('settings', 'name an older account of mine')],
    'moving out': [
      promised(
        'moving away asks for the whole handle, names the numbers, is refused in words, and can be taken back',
      ),
      client('migration', 'the owner’s own routes set names, move, tell how it goes and take the move back'),
    ],
    'an identity is deleted': [
      [
        'e2e/window-identities.long.test.ts',
        'an identity is deleted by keys alone: what is lost is said, the name typed, the password given',
      ],
    ],
    notifications: [
      tasks('people', 'look through notifications by kind, mark them as read, dismiss one'),
      [
        'e2e/window-lists.long.test.ts',
        'notifications arrive live, join their group, and their number stands in the navigation',
      ],
    ],
    writing: [
      tasks(
        'writing',
        'write a post',
        'ask a poll of three options',
        'close the window and find the draft again',
      ),
      tasks('posts', 'quote a post'),
    ],
    timelines: [
      tasks(
        'reading',
        'find the place again after the home was restarted',
        'go up to what is new',
        'read a hashtag and follow it',
      ),
    ],
    filters: [tasks('people', 'make a filter and try it', 'add a word to a filter')],
  },
  homeSettings: {
    'name, contact, about, privacy, terms': [
      promised(
        'what the home says of itself is written, seen by strangers, and can be discarded before it counts',
      ),
    ],
    'other servers: found, looked at, blocked': [
      [
        'e2e/window-status.long.test.ts',
        'servers are found by a part of their name, with the words for none',
      ],
      tasks('people', 'block a server after seeing what would be lost'),
    ],
    'lists of blocked servers, from a file and by subscription': [
      settings('servers in a file are looked at with whom they take away, and blocked only then'),
      promised('a list of blocked servers is looked at, subscribed to, and left after a question'),
    ],
    'reports that came in': [promised('a report from elsewhere is read, settled, and opened again')],
    'custom emoji': [
      [
        'e2e/window-emoji.long.test.ts',
        'one of another server is found, copied, put elsewhere, switched off and deleted',
      ],
    ],
    'what the home does by itself': [
      owner(
        'stator',
        'each graph tells what waits, since when, what was done in each window, and what is tried no more',
      ),
      [
        'unit/renderer/features/graph-words.test.ts',
        'whatever the home does by itself has words in every language',
      ],
    ],
    inspector: [
      tasks(
        'care',
        'look at an activity and have it worked off once more',
        'fetch any address as the home fetches it',
      ),
    ],
    'caches and clean-up, with sizes and a look first': [
      tasks(
        'care',
        'empty a cache after a question',
        'look for files that nothing shows, before they are cleaned up',
        'look what a clean-up would take, then have it done',
        'have own old posts deleted by itself after a question, and stop it',
      ),
    ],
    logs: [
      tasks('care', 'search the log'),
      [
        'e2e/window-status.long.test.ts',
        'logs follow as they grow, stop when I scroll up, and follow again when I say so',
      ],
    ],
    'the parts of Homebird and their licences': [
      settings('the parts of Homebird are found by name, and each shows its licence, by the keyboard alone'),
    ],
  },
  askedFor: {
    'a server like an ordinary app': [
      [
        'e2e/window-first-run-unfinished.long.test.ts',
        'the keyboard alone is enough, for a home that is only on this computer',
      ],
    ],
    'no other database': [
      [
        'e2e/headless-serve.test.ts',
        'one command makes a home that answers, tells how it does, and stops without a trace',
      ],
    ],
    'moving from an account elsewhere, and to one': [
      federation(
        'inbox-moves',
        'whoever followed the old actor follows the new one, in the same way, and the old one no longer',
      ),
      [
        'integration/outbound/moves.long.test.ts',
        'followers hear of a move after they can confirm it, and those who come along are gone from here',
      ],
      ['e2e/window-moving.long.test.ts', 'after a move the page tells server by server who has come along'],
    ],
    'old posts come along with media and dates, and old links lead to them': [
      [
        'integration/workers/archives.long.test.ts',
        'an archive of Mastodon becomes posts of the home: dates, threads, files, hashtags, links',
        'an archive of X comes along: addresses are put back, reposts are passed over',
        'a server of the same name stood here before: its addresses lead to what came along',
      ],
      ['e2e/window-moving.long.test.ts', 'an archive is brought along from the page of imports'],
    ],
    'whole threads': [
      tasks('posts', 'have missing replies fetched'),
      federation(
        'threads',
        'a thread of three hundred replies becomes whole in several attempts of one budget each',
      ),
    ],
    'old posts of who is newly followed': [
      federation(
        'outbox-sweeps',
        'a new follow brings the newest posts into the home timeline, at their place in the past, and tells nobody',
        'whoever looks at a profile finds its forty newest posts, and older ones when they come to the end',
      ),
    ],
    'whole lists of followers, true numbers': [
      client('looks', 'the list of the origin is shown page by page, and numbers are those of the origin'),
    ],
    'catching up after the home was off': [
      federation(
        'absences.long',
        'after three hours what was missed stands in the home timeline in order, and only who was named is told',
      ),
    ],
    'a disk that is not filled by others': [
      owner('stator', 'the owner sees what each cache holds and saves, and empties one'),
      owner('status', 'storage tells each kind of data, whether it lies elsewhere, and what is free'),
    ],
    'old posts of others go, by rules of the owner': [
      tasks('care', 'look what a clean-up would take, then have it done'),
      [
        'integration/domain/clean-up-runs.test.ts',
        'the worker begins by itself where nights were missed, once, and not where everything stays',
      ],
    ],
    'own old posts go by themselves, with exceptions': [
      tasks('care', 'have own old posts deleted by itself after a question, and stop it'),
      [
        'integration/domain/post-expiry.test.ts',
        '${name} keeps what it names and nothing else; without it that goes too',
      ],
    ],
    'a computer behind a router is reached': [
      [
        'e2e/tunnel-ssh.long.test.ts',
        'it is set up step by step: the server’s key is shown, confirmed, and the tunnel is proven',
      ],
      [
        'e2e/window-address.long.test.ts',
        'a way in over ssh is set up from nothing to proven, ${how}; what is refused stays',
      ],
      [
        'integration/tunnels/direct.long.test.ts',
        'a port is opened by PCP, leads here, and is taken back at the end',
      ],
    ],
    'what a CDN does against bots keeps no server away': [
      [
        'integration/http/doctor-faults.long.test.ts',
        'a challenge for everybody',
        '${story} is told as ${code}, and nothing else is',
      ],
    ],
    'backup and restore by one command and one page': [
      [
        'e2e/restore-home.long.test.ts',
        'a backup brings a home back elsewhere, and what stood there can be taken back',
      ],
      [
        'e2e/window-restore.long.test.ts',
        'an empty home becomes the one of a backup: a file is looked into, then one on a server is restored',
      ],
    ],
    'pages and documents are never mixed': [
      [
        'integration/http/answer-walk.test.ts',
        'what the edge is proven to do is relied on for a day, and no longer',
      ],
    ],
    'live updates in every client': [
      client(
        'client-libraries.long',
        'masto follows the live stream',
        'megalodon signs in, posts, reads and streams',
      ),
    ],
    'apps of others work': [
      client('client-libraries.long', 'megalodon signs in, posts, reads and streams'),
      client('client-startups.long', '${name} starts, reads, writes and acts'),
    ],
    'mutes are imported': [promised('every kind of list is taken in from a file, and saved again')],
    'emoji reactions': [
      tasks('posts', 'react with an emoji and take it back'),
      federation(
        'inbox-reactions',
        'Pleroma reacts with EmojiReact, Misskey with a Like that has an emoji; each is told once',
      ),
    ],
    'scheduled posts': [
      tasks('writing', 'schedule a post, and take it off the plan again'),
      client('scheduled', 'at its time it is published, once, with all that it was to have'),
    ],
  },
  beyond: BEYOND,
} as const satisfies Readonly<Record<string, Readonly<Record<string, readonly Proof[]>>>>
