/** The topics of the handbook, in the order in which they are offered: `resources/handbook/<topic>.md`. */
export const HANDBOOK_TOPICS = [
  'start',
  'address',
  'phones',
  'desktop',
  'window',
  'visitors',
  'backup',
  'moving',
  'cleanup',
  'files',
  'safety',
  'headless',
  'growing',
  'tuning',
  'troubleshooting',
  'commands',
] as const

export type HandbookTopic = (typeof HANDBOOK_TOPICS)[number]
