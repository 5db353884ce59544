/** What the private listener alone serves: the owner's routes and the window's bundle. */
export { startCare } from './care.ts'
export { requireOwner } from './session.ts'
export { ownerRoutes } from './owner-routes.ts'
export { guardPrivateHost, keepToOwnPages } from './private-host-guard.ts'
export { windowRoutes } from './window-routes.ts'
export { finishTaking } from './finish-taking.ts'
export { doctorOf } from './open-doctor.ts'
