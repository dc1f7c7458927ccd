import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { start } from './process.ts'
import type { Running } from './process.ts'
import type { RunFolder } from './run-folder.ts'
import { SLAPD } from './slapd.ts'

/**
 * FreeRADIUS 3.2 with some users in its file and everybody else in a directory: `rlm_ldap` with its
 * default of 32 threads, a connection for each of them.
 */
export async function startFreeRadiusLdap(
  folder: RunFolder,
  o: {
    readonly authPort: number
    readonly secret: string
    readonly ldapPort: number
    readonly users: readonly { readonly name: string; readonly password: string }[]
  },
): Promise<Running> {
  const home = folder.fresh('freeradius-ldap')
  mkdirSync(home)
  cpSync('/etc/freeradius/3.0/mods-config', join(home, 'mods-config'), { recursive: true })
  const users = o.users.map(({ name, password }) => `${name} Cleartext-Password := "${password}"\n`)
  writeFileSync(join(home, 'users'), users.join(''))
  writeFileSync(join(home, 'radiusd.conf'), settings(home, o))
  const command = ['freeradius', '-d', home, '-f', '-l', 'stdout']
  const running = start('freeradius-ldap', command, { folder })
  await running.printed(/Ready to process requests/, 60_000)
  return running
}

function settings(
  home: string,
  o: { readonly authPort: number; readonly secret: string; readonly ldapPort: number },
): string {
  return `prefix = /usr
logdir = ${home}
raddbdir = ${home}
confdir = ${home}
run_dir = ${home}
libdir = /usr/lib/freeradius
max_request_time = 30
cleanup_delay = 2
max_requests = 1000000
hostname_lookups = no
log {
  destination = stdout
  auth = no
}
security {
  max_attributes = 200
  reject_delay = 0
  status_server = no
}
thread pool {
  start_servers = 5
  max_servers = 32
  min_spare_servers = 3
  max_spare_servers = 10
  max_requests_per_server = 0
  auto_limit_acct = no
}
client bench {
  ipaddr = 127.0.0.1
  secret = ${o.secret}
}
modules {
  pap {
    normalise = yes
  }
  expr {
  }
  files {
    usersfile = ${home}/users
  }
  ldap {
    server = "ldap://127.0.0.1:${o.ldapPort}"
    identity = "${SLAPD.bindDn}"
    password = "${SLAPD.bindPassword}"
    base_dn = "${SLAPD.baseDn}"
    user {
      base_dn = "\${..base_dn}"
      filter = "(uid=%{User-Name})"
    }
    options {
      res_timeout = 10
      srv_timelimit = 3
      net_timeout = 3
    }
    pool {
      start = 0
      min = 0
      max = 32
      spare = 0
      uses = 0
      lifetime = 0
      idle_timeout = 60
    }
  }
}
server bench {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = ${o.authPort}
  }
  authorize {
    files
    if (notfound || noop) {
      ldap
      if (ok || updated) {
        update control {
          Auth-Type := LDAP
        }
      }
    }
    pap
  }
  authenticate {
    Auth-Type PAP {
      pap
    }
    Auth-Type LDAP {
      ldap
    }
  }
}
`
}
