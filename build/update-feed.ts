/** Where a build will look for newer ones: from the environment of whoever packs into `resources/update.json`. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UPDATE_FEED_FILE, type UpdateFeedFile, parseUpdateFeed } from '../electron/updates/update-feed.ts'

/**
 * `HOMEBIRD_UPDATE_URL` is the folder that holds the manifests and files of a release, `HOMEBIRD_UPDATE_KEY` the public
 * key (or several, with commas between) of whoever signs them.
 * @returns null where neither is set: such a build looks for nothing and says so
 * @throws Error when only one is set, or one is not what it must be
 */
export function updateFeedOf(env: Record<string, string | undefined>): UpdateFeedFile | null {
  const url = env['HOMEBIRD_UPDATE_URL']?.trim() ?? ''
  const keys = (env['HOMEBIRD_UPDATE_KEY'] ?? '')
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '')
  if (url === '' && keys.length === 0) return null
  if (url === '' || keys.length === 0) {
    throw new Error(
      `HOMEBIRD_UPDATE_${url === '' ? 'URL' : 'KEY'} is not set though the other is; set both, or neither for a build without updates`,
    )
  }
  return { url: parseUpdateFeed({ url, keys }).url.href, keys }
}

/** Writes it into the folder that becomes the build's `resources/`. @returns whether there was one to write */
export async function writeUpdateFeed(
  resourcesFolder: string,
  env: Record<string, string | undefined>,
): Promise<boolean> {
  const feed = updateFeedOf(env)
  if (feed === null) return false
  await writeFile(join(resourcesFolder, UPDATE_FEED_FILE), `${JSON.stringify(feed, null, 2)}\n`)
  return true
}
