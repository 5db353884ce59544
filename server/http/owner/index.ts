/** What the private listener alone serves: the owner's routes and the window's bundle. */
export { ownerRoutes } from './owner-routes.ts'
export { guardPrivateHost } from './private-host-guard.ts'
export { windowRoutes } from './window-routes.ts'
