/** What no other home of the kind has, and the tests that show it; read with the other promises. */
import { type Proof, client, federation, owner, people, tasks } from './proofs.ts'

export const BEYOND = {
  'a doctor that names the place and the act': [
    tasks('care', 'have the doctor look, and ignore what it found'),
    [
      'e2e/window-address.long.test.ts',
      'the doctor names what an edge does wrong, with the lines to change, and nothing of a good one',
    ],
  ],
  'files and sheets for what stands in front, proven': [
    [
      'e2e/window-address.long.test.ts',
      'the files for the other end are shown, copied and saved as they are',
    ],
    ['integration/http/doctor-own-edges.long.test.ts', '${kind}: nothing is found'],
  ],
  'caches in front forget what was changed': [
    [
      'integration/outbound/purges.test.ts',
      'an edit and a deletion tell of the object, of what hangs on it and of what lists it',
      'an Update leaves only after the cache has answered',
    ],
  ],
  'tunnels that the home keeps up itself': [
    [
      'e2e/tunnel-ssh.long.test.ts',
      'a session that is cut is set up again by itself',
      'a tunnel that is suspended is closed and says so, whatever is nudged, until it is resumed',
    ],
  ],
  'sleep, waking, and a word to who knows the home': [
    federation(
      'absences.long',
      'after three hours what was missed stands in the home timeline in order, and only who was named is told',
      'after nine days every server that has to do with us is greeted once, and once only',
    ),
  ],
  'one home moves from computer to computer, and only one speaks': [
    [
      'e2e/hand-over.long.test.ts',
      'two computers: what was written there is here, and only one of them speaks',
    ],
    [
      'e2e/window-hand-over.long.test.ts',
      'the first page of a new home takes over the one of another computer',
    ],
  ],
  'backups that were tried': [
    [
      'integration/keeping/backup.long.test.ts',
      'a backup is read back, restored into a scratch database and compared, and nothing of that stays',
    ],
  ],
  'a recovery sheet that is enough with one backup': [
    [
      'e2e/window-backups.long.test.ts',
      'a place is tried before it is added, gets a backup, and the code of the sheet opens it elsewhere',
    ],
  ],
  'a running server is taken over in place': [
    ['e2e/window-adoption.long.test.ts', 'a server is taken over from the first page on'],
  ],
  'less work on battery and on a line that costs': [
    [
      'unit/workers/obey-conditions.test.ts',
      'battery halves, a metered line halves again, and the owner’s own share counts besides',
    ],
  ],
  'kept conversations': [
    ['integration/domain/keep-posts.test.ts', 'a post stays that is ${name}, and nothing else keeps it'],
  ],
  'where a post went, tried again or given up': [
    owner(
      'post-deliveries.long',
      'who got it, who waits and who refused it is told with the answer, and a refused one is sent once more',
      'what waits for a server in trouble is tried at once, or given up and not sent any more',
    ),
    [
      'e2e/window-post.long.test.ts',
      'where an own post went is told, and a server that refused it is tried again',
    ],
  ],
  'an inspector that replays': [
    owner(
      'inspector',
      'a dropped activity is received again, and has its effect once what it lacked is there',
    ),
  ],
  'an index over all that was seen': [
    client(
      'search-posts',
      'posts are found in every language, folded alike in what is written and what is asked',
    ),
  ],
  'reading and writing while the home is away': [
    tasks('reading', 'write while the home is away, and send it when it is back'),
  ],
  'follows of both sides are compared': [
    federation(
      'followers-sync.long',
      'a follow that the other side does not know ends here',
      'a follow that only the other side knows is taken back there',
    ),
  ],
  'what a block would take is named first': [
    people('blocks a server after the people who would be lost were counted'),
  ],
} as const satisfies Readonly<Record<string, readonly Proof[]>>
