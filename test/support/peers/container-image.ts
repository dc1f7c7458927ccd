import {
  cpSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { must, repository } from './process.ts'
import { unmountUnder } from './run-folder.ts'
import type { RunFolder } from './run-folder.ts'

/** The image of the Dockerfile, built without a registry: a Debian of debootstrap stands for Node's image. */
export interface ContainerImage extends AsyncDisposable {
  /** Its files, to be looked at and run. */
  readonly root: string
  /** With all its layers. */
  readonly bytes: number
  readonly config: ImageConfig
}

const configSchema = z.object({
  User: z.string(),
  Env: z.array(z.string()),
  Entrypoint: z.array(z.string()),
  Cmd: z.array(z.string()),
  WorkingDir: z.string(),
  Volumes: z.record(z.string(), z.unknown()),
  Healthcheck: z.object({ Test: z.array(z.string()) }),
})
export type ImageConfig = z.infer<typeof configSchema>

const SLIM = join(tmpdir(), 'accueil-debian-slim')
const PATIENCE = { timeoutMs: 15 * 60_000 }
const CERTIFICATES = 'etc/ssl/certs/ca-certificates.crt'
/** What the slim image of Debian leaves out too. */
const NOT_IN_SLIM = ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/info']

export async function buildImage(folder: RunFolder): Promise<ContainerImage> {
  const store = folder.fresh('images')
  try {
    return await buildIn(store)
  } catch (thrown) {
    unmountUnder(store)
    throw thrown
  }
}

async function buildIn(store: string): Promise<ContainerImage> {
  const engine = ['buildah', '--root', join(store, 'root'), '--runroot', join(store, 'run')]
  const buildah = async (...args: readonly string[]): Promise<string> =>
    (await must([...engine, '--storage-driver', 'overlay', ...args], PATIENCE)).trim()
  const change = async (
    from: string,
    to: string,
    how: (root: string, container: string) => Promise<void>,
  ): Promise<void> => {
    const container = await buildah('from', from)
    await how(await buildah('mount', container), container)
    await buildah('umount', container)
    await buildah('commit', '--quiet', container, to)
    await buildah('rm', container)
  }
  const slim = await slimDebian()
  await change('scratch', 'localhost/node:slim', async (root) => {
    await must(['cp', '-a', `${slim}/.`, root])
    await addNode(root)
  })
  await change('localhost/node:slim', 'localhost/node:full', async (root, container) => {
    cpSync(resolve(dirname(process.execPath), '../include'), join(root, 'usr/local/include'), {
      recursive: true,
    })
    const script =
      'apt-get -qq update && apt-get -qq -y --no-install-recommends install gcc libc6-dev'
    await buildah('run', '--isolation', 'chroot', container, '--', 'sh', '-c', script)
  })
  const built = 'localhost/accueil'
  await buildah(
    ...['bud', '--quiet', '--format', 'docker', '--isolation', 'chroot', '--tag', built],
    ...[
      '--build-arg',
      'NODE=localhost/node:slim',
      '--build-arg',
      'NODE_TO_BUILD=localhost/node:full',
    ],
    repository,
  )
  const inspected: unknown = JSON.parse(await buildah('inspect', '--type', 'image', built))
  const { Docker } = z.object({ Docker: z.object({ config: configSchema }) }).parse(inspected)
  const container = await buildah('from', built)
  const root = await buildah('mount', container)
  const bytes = Number((await must(['du', '-sxB1', root])).split('\t')[0])
  return {
    root,
    bytes,
    config: Docker.config,
    async [Symbol.asyncDispose]() {
      await buildah('umount', container)
      await buildah('rm', '--all')
      unmountUnder(store)
      rmSync(store, { recursive: true, force: true })
    },
  }
}

async function slimDebian(): Promise<string> {
  if (existsSync(SLIM)) return SLIM
  const draft = `${SLIM}.${process.pid}`
  try {
    const command = ['debootstrap', '--variant=minbase', '--include=ca-certificates', 'bookworm']
    await must([...command, draft, 'http://deb.debian.org/debian'], PATIENCE)
    for (const name of [...NOT_IN_SLIM, 'var/cache/apt', 'var/lib/apt/lists']) {
      rmSync(join(draft, name), { recursive: true, force: true })
    }
    renameSync(draft, SLIM)
  } catch (thrown) {
    rmSync(draft, { recursive: true, force: true })
    throw thrown
  }
  return SLIM
}

/** As the image of Node has it: node and npm below /usr/local, and a user `node`. */
async function addNode(root: string): Promise<void> {
  await must(['chroot', root, 'useradd', '-u', '1000', '-U', '-m', 'node'])
  const local = join(root, 'usr/local')
  cpSync(process.execPath, join(local, 'bin/node'))
  // npm-cli.js of its folder bin; what npm says of itself depends on the Node that comes first.
  const program = (await must(['sh', '-c', 'readlink -f "$(command -v npm)"'])).trim()
  cpSync(dirname(dirname(program)), join(local, 'lib/node_modules/npm'), { recursive: true })
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'))
  // Whom this machine trusts, where its way to the registry needs that.
  cpSync(join('/', CERTIFICATES), join(root, CERTIFICATES))
  mkdirSync(join(local, 'etc'), { recursive: true })
  writeFileSync(join(local, 'etc/npmrc'), `cafile=/${CERTIFICATES}\n`)
}
