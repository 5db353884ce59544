/** Set up once by the test runner: one PostgreSQL for the whole run; each test file makes databases of its own in it. */
import { type TestCluster, openTestCluster } from './test-cluster.ts'

let cluster: TestCluster | undefined

export async function globalSetup(): Promise<void> {
  cluster = await openTestCluster()
  // The processes of the test files inherit it.
  process.env['HOMEBIRD_TEST_DATABASE'] = JSON.stringify(cluster.connection)
}

export async function globalTeardown(): Promise<void> {
  await cluster?.close()
}
