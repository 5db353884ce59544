/** The avatar and the header of an identity: their addresses change with the pictures, and followers elsewhere are told. */
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { tellProfile } from '../moves/move-identity.ts'
import { mediaBaseOf } from './own-uris.ts'

/** Keys in the media store; null takes a picture away, left out it stays. */
export interface ProfilePictures {
  readonly avatar?: string | null | undefined
  readonly header?: string | null | undefined
}

/** @param mediaUrl  where own media is served, as the setting says */
export async function setProfilePictures(
  tx: Transaction,
  actor: Pick<Row<'actors'>, 'id' | 'host'>,
  { avatar, header }: ProfilePictures,
  mediaUrl: string,
): Promise<void> {
  if (avatar === undefined && header === undefined) return
  const base = mediaBaseOf(mediaUrl, actor.host)
  const urlOf = (key: string | null): string | null => (key === null ? null : `${base}${key}`)
  await tx
    .updateTable('actors')
    .set({
      ...(avatar === undefined ? {} : { icon_url: urlOf(avatar) }),
      ...(header === undefined ? {} : { header_url: urlOf(header) }),
    })
    .where('id', '=', actor.id)
    .execute()
  await tellProfile(tx, actor.id)
}
