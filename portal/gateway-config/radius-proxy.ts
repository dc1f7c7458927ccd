import { AppError } from '#core/error.ts'
import { radiusServer } from './hostapd.ts'
import type { Place } from './place.ts'

/** Where the proxy's files are on the gateway. */
export const PROXY_FOLDER = '/etc/accueil/radius-proxy'

/**
 * FreeRADIUS 3.2 beside hostapd: RADIUS from this machine goes to us inside one TLS connection, and what we ask
 * (CoA, Disconnect) comes back by the same one, so that no way in through the place's NAT is needed. Null: the
 * gateway speaks UDP to us.
 */
export function radiusProxyConf(place: Place): string | null {
  const { gateway, centre } = place
  if (gateway.radsec === null) return null
  if (gateway.radsec.by === 'psk') {
    throw new AppError(
      'place',
      `gateway ${gateway.name} has a radsec key, and FreeRADIUS as a client has certificates only: declare radsec by name or certificate`,
    )
  }
  const { secret, authPort, acctPort } = radiusServer(place)
  const { coa } = gateway
  return `# Place ${gateway.site}: made by accueil gateway config.
name = accueil-radius-proxy
prefix = /usr
libdir = /usr/lib/freeradius
raddbdir = ${PROXY_FOLDER}
confdir = ${PROXY_FOLDER}
logdir = /var/log/freeradius
run_dir = /run/accueil-radius-proxy
max_request_time = 30
cleanup_delay = 5
max_requests = 4096
hostname_lookups = no
proxy_requests = yes
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
  start_servers = 2
  max_servers = 8
}
client gateway {
  ipaddr = 127.0.0.1
  secret = ${quoted(secret)}
  require_message_authenticator = no
}
home_server centre {
  ipaddr = ${centre.address}
  port = ${centre.ports.radsec}
  type = ${coa === null ? 'auth+acct' : 'auth+acct+coa'}
  proto = tcp
  secret = radsec
  response_window = 20
  zombie_period = 20
  revive_interval = 5
  status_check = none
  tls {
    ca_file = ${PROXY_FOLDER}/centre-ca.pem
    certificate_file = ${PROXY_FOLDER}/gateway.pem
    private_key_file = ${PROXY_FOLDER}/gateway.key
    check_cert_cn = ${quoted(centre.radiusName)}
    tls_min_version = "1.2"
    # FreeRADIUS 3.2.1 as a client hears nothing more once a TLS 1.3 server has sent it tickets.
    tls_max_version = "1.2"
    ecdh_curve = ""
    fragment_size = 8192
  }
${coa === null ? '' : '  recv_coa {\n    virtual_server = coa\n  }\n'}}
home_server_pool centre {
  type = fail-over
  home_server = centre
}
realm centre {
  auth_pool = centre
  acct_pool = centre
  nostrip
}
${coa === null ? '' : coaServers(secret, coa.port)}modules {
  always ok {
    rcode = ok
  }
}
server default {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = ${authPort}
  }
  listen {
    type = acct
    ipaddr = 127.0.0.1
    port = ${acctPort}
  }
  authorize {
    update control {
      Proxy-To-Realm := "centre"
    }
  }
  preacct {
    update control {
      Proxy-To-Realm := "centre"
    }
  }
  accounting {
    ok
  }
  pre-proxy {
    if (&proxy-request:Packet-Type == Access-Request) {
      update proxy-request {
        Message-Authenticator := 0x00
      }
    }
  }
}
`
}

/** The gateway's own server of RFC 5176, and what passes on to it what came from us. */
function coaServers(secret: string, port: number): string {
  return `home_server gateway {
  ipaddr = 127.0.0.1
  port = ${port}
  type = coa
  secret = ${quoted(secret)}
}
home_server_pool gateway {
  type = fail-over
  virtual_server = coa
  home_server = gateway
}
server coa {
  recv-coa {
    update control {
      Home-Server-Pool := "gateway"
    }
    ok
  }
  send-coa {
    # 3.2.1 signs it over zeros instead of the request's authenticator (RFC 5176 §3.5); TLS proves more.
    update reply {
      Message-Authenticator !* ANY
    }
    ok
  }
  pre-proxy {
    # hostapd refuses a request with an attribute that it does not know.
    update proxy-request {
      Proxy-State !* ANY
    }
  }
}
`
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`
}
