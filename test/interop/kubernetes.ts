import assert from 'node:assert/strict'
import { join } from 'node:path'
import { readResources, refusalOf } from '../support/kubernetes.ts'
import { must, repository } from '../support/peers/process.ts'
import type { Scenario } from './scenario.ts'

/** Debian 12's own is 1.20, whose kustomize is of 2018. */
const FIRST_WITH_FOLDERS = 21

/** The minor version. */
async function kubectlVersion(): Promise<number> {
  const said = await must(['kubectl', 'version', '--client', '-o', 'json'])
  return Number.parseInt(/"minor": "(\d+)/.exec(said)?.[1] ?? '', 10)
}

/** The example that a house copies, as kubectl builds it. */
export async function kubernetes({ test }: Scenario): Promise<void> {
  const version = await kubectlVersion()
  if (version < FIRST_WITH_FOLDERS) {
    console.log(
      `# left out: kubectl 1.${version} takes no folder for a resource; 1.21 and newer do`,
    )
    return
  }
  const folder = join(repository, 'deploy/kubernetes/example')
  const built = await must(['kubectl', 'kustomize', folder])
  const resources = readResources(built)

  await test('what kubectl builds of the example is taken by every schema, in the namespace of the house', () => {
    assert.ok(resources.length > 20)
    assert.deepEqual(
      resources.map(refusalOf).filter((refusal) => refusal !== null),
      [],
    )
    for (const { metadata } of resources) assert.equal(metadata.namespace, 'accueil')
  })
  await test('each pod has the image of the house, and its settings over ours', () => {
    const images = built.match(/image: .+/g) ?? []
    assert.deepEqual(new Set(images), new Set(['image: registry.example.org/accueil:0.1.0']))
    assert.equal(images.length, 5)
    const settings = resources.find(({ kind }) => kind === 'ConfigMap')
    const text = JSON.stringify(settings?.['data'])
    assert.match(text, /LDAP_URL/)
    assert.match(text, /ACCUEIL_METRICS_LISTEN/)
  })
}
