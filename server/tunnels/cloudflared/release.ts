/**
 * The release of cloudflared that is fetched where the owner says so, and what it must hash to. Its makers publish the hash of
 * each program with the release; those of macOS come in an archive, whose own hash is the one that is checked first.
 */

export const CLOUDFLARED_VERSION = '2026.9.3'

export interface CloudflaredBuild {
  readonly url: string
  /** SHA-256 in hex of what is fetched. */
  readonly sha256: string
  /** The same of the program in it. */
  readonly programSha256: string
  readonly isArchive: boolean
}

const FOLDER = `https://github.com/cloudflare/cloudflared/releases/download/${CLOUDFLARED_VERSION}`

const program = (file: string, sha256: string): CloudflaredBuild => ({
  url: `${FOLDER}/${file}`,
  sha256,
  programSha256: sha256,
  isArchive: false,
})

const archive = (file: string, sha256: string, programSha256: string): CloudflaredBuild => ({
  url: `${FOLDER}/${file}`,
  sha256,
  programSha256,
  isArchive: true,
})

/** By `process.platform` and `process.arch`. */
export const CLOUDFLARED_BUILDS: Readonly<Record<string, CloudflaredBuild>> = {
  'linux-x64': program(
    'cloudflared-linux-amd64',
    '77e26d8d900e0b8469f416239d14b5f296525fdf79fee6f511ef55609e3fbac2',
  ),
  'linux-arm64': program(
    'cloudflared-linux-arm64',
    'aaeb2d7d0da3614634c7e03ab13487a1522c2e79165ed2929cfe23d5e95b326d',
  ),
  'linux-arm': program(
    'cloudflared-linux-arm',
    '967dc371a3fedbf09e881c13ee7ba317155ebc336cbd4afb756b46fc6785e5af',
  ),
  'win32-x64': program(
    'cloudflared-windows-amd64.exe',
    'f096265ec2fcbe9bb6e2d64268db167ced3fcbb83d894bdb9e2fcdb26f2ea7e2',
  ),
  'darwin-x64': archive(
    'cloudflared-darwin-amd64.tgz',
    'd1155d0837487f261183b15c1eab6c4ebcad9dc49b94675f1524c3564cea3977',
    'ab588b3b4db9cdb4476c30a3db2a72635b1d8327d44741fee6799a0f37b0ec07',
  ),
  'darwin-arm64': archive(
    'cloudflared-darwin-arm64.tgz',
    '587c2cfb1c230fe36c7fa7727da78be459dae028cabe8c001291999350f07095',
    '5472c1a01c84bc31b3021056a73b4e5774ddddefc572124ea8fdf6c340639f32',
  ),
}

/** Null where none is known. */
export const buildHere = (): CloudflaredBuild | null =>
  CLOUDFLARED_BUILDS[`${process.platform}-${process.arch}`] ?? null

/** Another release is another file: one that was fetched by an older Homebird is not taken for this one. */
export const programName = (): string =>
  `cloudflared-${CLOUDFLARED_VERSION}${process.platform === 'win32' ? '.exe' : ''}`
