import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder with these files, gone with `using`. */
export function temporaryFolder(
  files: Readonly<Record<string, string>> = {},
): Disposable & { readonly path: string; file(name: string): string } {
  const path = mkdtempSync(join(tmpdir(), 'accueil-folder-'))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content)
  return {
    path,
    file: (name) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** The contract's example of a declaration, with the files that it names. */
export const CONTRACT_FILES = {
  'house.yaml': `version: 1
organisation: { name: Les Restos, contact: wifi@example.org, colour: "#c8105a", logo: ./logo.svg }
associations:
  - { code: "75", name: Paris }
sites:
  - code: "75-0042"
    name: Centre Nation
    association: "75"
    timezone: Europe/Paris
    networks:
      guest: { subnets: [192.168.77.0/24], grant: 30d }
      staff: { subnets: [192.168.78.0/24], vlan: 20 }
    gateways:
      - { name: gw-0042, address: 127.0.0.1/32, secret: testing123, kind: generic }
terms:
  - { version: "2026-01", effective: 2026-01-01, text: { fr: ./terms.fr.md, en: ./terms.en.md } }
lists:
  - { name: adult, category: adult, file: ./adult.txt, block: [guest, staff] }
rules:
  - { action: block, domain: example.org, network: guest }
accounts:
  - { username: bob, password: hello, groups: [staff] }
`,
  'terms.fr.md': '# Conditions\n',
  'terms.en.md': '# Terms\n',
  'adult.txt': 'bad.example\n',
  'logo.svg': '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
} as const
