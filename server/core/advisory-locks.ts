/** The numbers of PostgreSQL's advisory locks, all in one place: two parts with one number would stop each other. */
export const ADVISORY_LOCK = {
  schema: 7_203_150,
  /** Taken by `next_id()` of the first migration. */
  newId: 7_203_151,
  domainBlocks: 7_203_153,
  personalTokens: 7_203_155,
  /** Taken by the numbering of notices, in a migration. */
  notices: 7_203_160,
  sweep: 7_203_170,
  joinMachines: 7_203_171,
  firstMachine: 7_203_172,
  mediaHold: 7_203_173,
  homeNames: 7_203_174,
  /** Shared by whoever tries a backup out; whole of one who removes what is left of others. */
  scratch: 7_203_175,
} as const
