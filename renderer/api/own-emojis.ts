/** Custom emoji of the home, and those of others that can be copied. */
import type { OwnEmojiChange, OwnEmojiFacts, SeenEmojiFacts } from '../../server/contracts/own-emojis.ts'
import type { ApiClient } from './client.ts'

const PATH = '/api/homebird/v1/emojis'
/** A picture is read by a process of its own, and may come from elsewhere first. */
const PATIENCE_MS = 60_000

export interface EmojiNaming {
  readonly shortcode: string
  /** Empty for none. */
  readonly category: string
}

export const getOwnEmojis = async (api: ApiClient): Promise<readonly OwnEmojiFacts[]> =>
  (await api.get<{ readonly emojis: readonly OwnEmojiFacts[] }>(PATH)).emojis

/** @throws ApiFailure refused for a picture that cannot be taken or a name that is taken, saying which */
export async function addEmoji(
  api: ApiClient,
  file: File,
  { shortcode, category }: EmojiNaming,
): Promise<OwnEmojiFacts> {
  const form = new FormData()
  form.set('shortcode', shortcode)
  form.set('category', category)
  form.set('image', file, file.name)
  return api.post(PATH, { body: form, timeoutMs: PATIENCE_MS })
}

export const changeEmoji = async (api: ApiClient, id: string, change: OwnEmojiChange): Promise<object> =>
  api.patch(`${PATH}/${encodeURIComponent(id)}`, { body: change })

export const removeEmoji = async (api: ApiClient, id: string): Promise<object> =>
  api.delete(`${PATH}/${encodeURIComponent(id)}`)

/** @param before  id of the last one that is there already; null from the newest on */
export const getSeenEmojis = async (
  api: ApiClient,
  words: string,
  before: string | null,
): Promise<readonly SeenEmojiFacts[]> =>
  (
    await api.get<{ readonly emojis: readonly SeenEmojiFacts[] }>(`${PATH}/seen`, {
      query: { q: words, ...(before === null ? {} : { before }) },
    })
  ).emojis

/** @throws ApiFailure as for a new one, and where its server does not give the picture */
export const copyEmoji = async (api: ApiClient, id: string, naming: EmojiNaming): Promise<OwnEmojiFacts> =>
  api.post(`${PATH}/seen/${encodeURIComponent(id)}/copy`, { body: naming, timeoutMs: PATIENCE_MS })
