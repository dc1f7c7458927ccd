import { run, start } from './process.ts'
import type { Namespace } from './namespaces.ts'
import type { Running } from './process.ts'
import type { RunFolder } from './run-folder.ts'

export interface Hostapd extends Running {
  /** `hostapd_cli all_sta`: one block a station, with its flags and dot1x state. */
  stations(): Promise<string>
}

export interface HostapdOptions {
  readonly folder: RunFolder
  readonly namespace: Namespace
  readonly device: string
  readonly nasIdentifier: string
  readonly radius: {
    readonly address: string
    readonly authPort: number
    readonly acctPort: number
    readonly secret: string
  }
  readonly interimSeconds: number
  /** Whether, and from whom, it takes Disconnect-Requests. */
  readonly das?: { readonly port: number; readonly client: string; readonly secret: string }
}

/** The wired driver: the same authenticator and RADIUS client as over the air, without a radio. */
export async function startHostapd(o: HostapdOptions): Promise<Hostapd> {
  const control = o.folder.fresh('hostapd-control')
  const settings = o.folder.write(
    'hostapd.conf',
    `interface=${o.device}
driver=wired
logger_stdout=-1
logger_stdout_level=0
ctrl_interface=${control}
ieee8021x=1
use_pae_group_addr=1
eap_reauth_period=0
nas_identifier=${o.nasIdentifier}
auth_server_addr=${o.radius.address}
auth_server_port=${o.radius.authPort}
auth_server_shared_secret=${o.radius.secret}
acct_server_addr=${o.radius.address}
acct_server_port=${o.radius.acctPort}
acct_server_shared_secret=${o.radius.secret}
radius_acct_interim_interval=${o.interimSeconds}
${o.das === undefined ? '' : `radius_das_port=${o.das.port}\nradius_das_client=${o.das.client} ${o.das.secret}\n`}`,
  )
  const running = start('hostapd', ['hostapd', '-dd', settings], {
    folder: o.folder,
    namespace: o.namespace.name,
  })
  await running.printed(/AP-ENABLED/)
  return {
    ...running,
    async stations() {
      const asked = ['hostapd_cli', '-p', control, '-i', o.device, 'all_sta']
      return (await run(asked, { namespace: o.namespace.name })).stdout
    },
  }
}
