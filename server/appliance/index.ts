/** What the shell and the command line may use of the supervisor. */
export type { Appliance } from './appliance.ts'
export type { ApplianceEvent, ApplianceStatus } from './appliance-status.ts'
export { withHomeDatabase } from './borrow-database.ts'
export { listHomeCopies, measureHomeCopy, readHomeJournal, takeHomeCopyBack } from './home-copies.ts'
export type { ApplianceRole } from './home-database.ts'
export { createNodeLauncher } from './node-launcher.ts'
export { startAddress } from './one-time-key.ts'
export { openAppliance } from './open-appliance.ts'
