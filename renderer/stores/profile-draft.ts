/** A profile while it is edited: what was typed, and what of it differs from what the home has. */
import type { CredentialAccount } from '../../server/contracts/account.ts'

export interface ProfileField {
  readonly name: string
  readonly value: string
}

export interface ProfileDraft {
  readonly displayName: string
  readonly bio: string
  readonly fields: readonly ProfileField[]
}

export function draftOfAccount({ display_name: displayName, source }: CredentialAccount): ProfileDraft {
  return {
    displayName,
    bio: source.note,
    fields: source.fields.map(({ name, value }) => ({ name, value })),
  }
}

/** Fields with nothing in them are none. */
const filled = (fields: readonly ProfileField[]): readonly ProfileField[] =>
  fields.filter(({ name, value }) => name.trim() !== '' || value.trim() !== '')

export function isSameProfile(a: ProfileDraft, b: ProfileDraft): boolean {
  const text = ({ displayName, bio, fields }: ProfileDraft): string =>
    JSON.stringify([displayName, bio, filled(fields)])
  return text(a) === text(b)
}

/** As the home takes it, with pictures where there are new ones. */
export function profileForm(
  draft: ProfileDraft,
  pictures: Readonly<Partial<Record<'avatar' | 'header', Blob>>>,
): FormData {
  const form = new FormData()
  form.set('display_name', draft.displayName)
  form.set('note', draft.bio)
  const fields = filled(draft.fields)
  for (const [place, { name, value }] of fields.entries()) {
    form.set(`fields_attributes[${place}][name]`, name)
    form.set(`fields_attributes[${place}][value]`, value)
  }
  // A form has no word for an empty list: one without name and value stands for none.
  if (fields.length === 0) {
    form.set('fields_attributes[0][name]', '')
    form.set('fields_attributes[0][value]', '')
  }
  for (const name of ['avatar', 'header'] as const) {
    const picture = pictures[name]
    if (picture !== undefined)
      form.set(name, picture, `${name}.${picture.type === 'image/png' ? 'png' : 'jpg'}`)
  }
  return form
}
