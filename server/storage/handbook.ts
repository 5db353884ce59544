/** The pages of the handbook, as they lie on the disk beside the program. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HandbookTopic } from '../contracts/handbook.ts'
import { HomebirdError, describeError } from '../core/errors.ts'

const FOLDER = join(import.meta.dirname, '..', '..', 'resources', 'handbook')

/** @returns Markdown that begins with `# title` @throws HomebirdError NOT_FOUND where the program came without it */
export async function readHandbookTopic(topic: HandbookTopic): Promise<string> {
  const path = join(FOLDER, `${topic}.md`)
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new HomebirdError(
      'NOT_FOUND',
      `the page ${path} of the handbook cannot be read (${describeError(error)}); install Homebird anew, or read it in the window under Handbook`,
      { cause: error },
    )
  }
}
