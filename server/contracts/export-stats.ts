/** How much there is to export of an identity. */
export interface AccountExportStats {
  readonly followers_count: number
  readonly following_count: number
  readonly statuses_count: number
  readonly lists_count: number
  readonly blocks_count: number
  readonly mutes_count: number
}
