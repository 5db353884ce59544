/** The checks that the window has words for; one that it does not know is shown by its name. */
export const CHECK_NAMES = [
  'database',
  'parts',
  'disk',
  'media',
  'caches',
  'clock',
  'work',
  'pause',
  'reach',
  'edge',
  'purge',
  'backups',
  'farewell',
  'keys',
  'webfinger',
] as const

export type CheckName = (typeof CHECK_NAMES)[number]

export const isCheckName = (name: string): name is CheckName => CHECK_NAMES.some((known) => known === name)
