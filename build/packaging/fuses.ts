/**
 * What Electron's binary is not to do, burnt into it when it is packed. All are said: one that a new Electron brings and
 * that is not named here stops the packing.
 * @see security rule 93
 */
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses'

export const FUSES = {
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  // It would need a snapshot of our own; that of Electron serves all processes.
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  // As Electron has it: without them WebAssembly is checked in software, and slow.
  [FuseV1Options.WasmTrapHandlers]: true,
} as const satisfies Record<FuseV1Options, boolean>

/**
 * @param signsAdHoc  signs the whole app of macOS by nobody's hand, where nobody signs it later
 * @throws when the binary has a fuse that is not named, or none at all
 */
export async function setFuses(binary: string, signsAdHoc: boolean): Promise<void> {
  await flipFuses(binary, {
    version: FuseVersion.V1,
    strictlyRequireAllFuses: true,
    resetAdHocDarwinSignature: signsAdHoc,
    ...FUSES,
  })
}
