/** What the shell and the command line may use of the supervisor. */
export { type Appliance, type ApplianceOptions, openAppliance } from './appliance.ts'
export type { ApplianceEvent, ApplianceStatus, HomeState } from './appliance-status.ts'
export { withHomeDatabase } from './borrow-database.ts'
export type { ApplianceRole } from './home-database.ts'
export type { LaunchRequest, LaunchedProcess, Launcher, ProcessEnd } from './launcher.ts'
export { createNodeLauncher } from './node-launcher.ts'
export { startAddress } from './one-time-key.ts'
export type { PartState, PartStatus } from './part-status.ts'
