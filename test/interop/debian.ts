import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { SERVER, bootDebian } from '../support/peers/debian-machine.ts'
import type { Finished } from '../support/peers/process.ts'
import { eventually, must, repository, run } from '../support/peers/process.ts'
import type { Scenario } from './scenario.ts'

/** What `systemd-analyze security` may say at most: 10 is anything goes, 0 is nothing at all. */
const MOST_EXPOSED = 2
const UNITS = [
  'accueil',
  'accueil-portal',
  'accueil-radius',
  'accueil-dns',
  'accueil-jobs',
] as const
const ROLES = UNITS.slice(1)

/** The Debian package, on a Debian with systemd that has nothing of ours. */
export async function debian({ folder, test }: Scenario): Promise<void> {
  const out = folder.fresh('deb')
  const scripts = globSync('deploy/debian/{accueil,accueil-setup,postinst,prerm,postrm}', {
    cwd: repository,
  })
  await test('shellcheck has nothing to say about the scripts of the package', async () => {
    assert.equal(scripts.length, 5)
    await must(['shellcheck', ...scripts], { cwd: repository })
  })
  await test('npm run build:deb builds it, and lintian finds no error', async () => {
    const build = [process.execPath, join(repository, 'deploy/debian/build.ts'), out]
    await must(build, { timeoutMs: 15 * 60_000 })
    const checked = await run(['lintian', '--fail-on', 'error', ...globSync(`${out}/*.deb`)], {
      timeoutMs: 10 * 60_000,
    })
    assert.equal(checked.code, 0, checked.stdout + checked.stderr)
  })

  await using machine = await bootDebian(folder, SERVER)
  const [built = ''] = globSync(`${out}/*.deb`)
  const deb = machine.put(built)
  const house = machine.put(join(repository, 'test/interop/fixture'))
  const well = async (script: string): Promise<string> => {
    const done: Finished = await machine.sh(script)
    assert.equal(done.code, 0, `${script}\n${done.stdout}${done.stderr}`)
    return done.stdout
  }

  await test('it installs without the network, and the command says how to begin', async () => {
    await well(`dpkg -i ${deb}`)
    const asked = await machine.sh('accueil doctor')
    assert.equal(asked.code, 1)
    assert.match(asked.stdout, /well {3}TLS of 802\.1X\n/)
    assert.match(asked.stdout, /DATABASE_URL/)
  })

  await test('systemd finds the units in order, and little that they could do', async () => {
    for (const unit of UNITS) {
      assert.equal(await well(`systemd-analyze verify --man=no ${unit}.service 2>&1`), '')
      const said = await well(`systemd-analyze security --no-pager ${unit}.service`)
      const level = Number(/exposure level for \S+: (\d+\.\d)/.exec(said)?.[1])
      assert.ok(level <= MOST_EXPOSED, `${unit}: ${level}\n${said}`)
    }
  })

  await test('accueil-setup asks for what it needs, makes the rest, starts it; doctor names what is missing', async () => {
    const without = await machine.sh('accueil-setup </dev/null')
    assert.equal(without.code, 1)
    assert.match(without.stderr, /--public-url/)
    // A port that is root's, to see that its right arrives.
    await well(
      `printf 'ACCUEIL_DNS_LISTEN=0.0.0.0:53\\nACCUEIL_DNS_UPSTREAM=127.0.0.1:9\\n' >> /etc/accueil/accueil.conf`,
    )
    const said = await well('accueil-setup --public-url https://wifi.example.org')
    const wrong = said.split('\n').filter((line) => line.startsWith('wrong'))
    assert.equal(wrong.length, 2, said)
    assert.match(wrong[0] ?? '', /declared house/)
    assert.match(wrong[1] ?? '', /DNS upstream 127\.0\.0\.1:9/)
    assert.match(said, /port of DNS, 0\.0\.0\.0:53 \(used by the Accueil that runs here\)/)
    const again = await well(
      'cat /etc/accueil/credentials/*; accueil-setup; cat /etc/accueil/credentials/*',
    )
    const secrets = again.match(/[0-9a-f]{64}/g) ?? []
    assert.equal(new Set(secrets).size, 2)
  })

  await test('the house is declared, and each role serves by itself, as nobody and with no secret in its environment', async () => {
    await well(`accueil apply ${house}/house.yaml`)
    await well(`systemctl start ${ROLES.join(' ')}`)
    const ready = (port: number): string =>
      `for i in $(seq 60); do exec 3<>/dev/tcp/127.0.0.1/${port} && printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && head -1 <&3 | grep 200 && exit 0; sleep 1; done; exit 1`
    for (const port of [9464, 9465, 9466, 9467]) {
      await well(`bash -c ${quoted(ready(port))} 2>/dev/null`)
    }
    // `Conflicts=`: both at once would fight for the ports.
    assert.equal((await machine.sh('systemctl is-active accueil')).stdout, 'inactive\n')
    for (const unit of ROLES) {
      const environment = await well(
        `tr '\\0' '\\n' < /proc/$(systemctl show -p MainPID --value ${unit})/environ`,
      )
      assert.doesNotMatch(environment, /DATABASE_URL|MASTER_KEY/)
      assert.equal(
        await well(`stat -c %U /proc/$(systemctl show -p MainPID --value ${unit})`),
        'accueil\n',
      )
    }
  })

  await test('one that is killed is started again', async () => {
    const pid = 'systemctl show -p MainPID --value accueil-dns'
    const before = await well(pid)
    await well('systemctl kill --signal=KILL accueil-dns')
    await eventually('another is active', async () => {
      const now = await well(`${pid}; systemctl is-active accueil-dns || true`)
      return now.endsWith('\nactive\n') && !now.startsWith(before)
    })
  })

  await test('a purge leaves the secrets, the spool and the database, and nothing else', async () => {
    await well('apt-get -y purge accueil')
    const left = await well(
      `find / -xdev -name '*accueil*' -not -path '/proc/*' -not -path '/root/*' -not -path '/var/log/journal/*' | sort`,
    )
    assert.equal(left, '/etc/accueil\n/var/lib/accueil\n')
    assert.equal(
      await well('ls /etc/accueil /etc/accueil/credentials'),
      '/etc/accueil:\ncredentials\n\n/etc/accueil/credentials:\nACCUEIL_MASTER_KEY\nDATABASE_URL\n',
    )
    const databases = await well(
      'runuser -u postgres -- psql -XAtc "select datname from pg_database"',
    )
    assert.match(databases, /^accueil$/m)
  })
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
