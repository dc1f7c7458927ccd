import { codeOf } from '#core/error.ts'
import { readFileSync } from 'node:fs'
import { eventually, start } from './process.ts'
import type { RunFolder } from './run-folder.ts'

export interface Rsyslog extends AsyncDisposable {
  /** As rsyslog has read the fields of RFC 5424 that came over TLS. */
  received(): readonly Parsed[]
  /** As its JSON parser has read what came over TCP. */
  objects(): readonly Readonly<Record<string, unknown>>[]
}

export interface Parsed {
  readonly msgid: string
  readonly app: string
  readonly facility: string
  readonly severity: string
  /** The parameters of `accueil@32473`. */
  readonly data: Readonly<Record<string, string>>
  readonly message: string
}

/** The structured data is a text of JSON in the line. */
type Written = Omit<Parsed, 'data'> & { readonly data: string }

function paramsOf({ data }: Written): Parsed['data'] {
  return data === '' ? {} : (JSON.parse(data) as Parsed['data'])
}

/** Debian's rsyslog as the SIEM's front: RFC 5424 over TLS, JSON lines over TCP; what it does not understand it shows. */
export async function startRsyslog(
  folder: RunFolder,
  o: {
    readonly ports: { readonly tls: number; readonly json: number }
    readonly files: { readonly ca: string; readonly certificate: string; readonly key: string }
  },
): Promise<Rsyslog> {
  const out = folder.fresh('rsyslog-parsed')
  const objects = folder.fresh('rsyslog-json')
  const config = folder.write(
    'rsyslog.conf',
    `global(
  workDirectory="${folder.path}"
  defaultNetstreamDriverCAFile="${o.files.ca}"
  defaultNetstreamDriverCertFile="${o.files.certificate}"
  defaultNetstreamDriverKeyFile="${o.files.key}"
)
module(load="imtcp")
module(load="mmpstrucdata")
module(load="mmjsonparse")
template(name="parsed" type="list" option.jsonf="on") {
  property(outname="msgid" name="msgid" format="jsonf")
  property(outname="app" name="app-name" format="jsonf")
  property(outname="facility" name="syslogfacility-text" format="jsonf")
  property(outname="severity" name="syslogseverity-text" format="jsonf")
  property(outname="data" name="$!rfc5424-sd!accueil@32473" format="jsonf")
  property(outname="message" name="msg" format="jsonf")
}
template(name="object" type="string" string="%$!%\\n")
ruleset(name="desk") {
  action(type="mmpstrucdata" sd_name.lowercase="off")
  action(type="omfile" file="${out}" template="parsed")
}
ruleset(name="json") {
  action(type="mmjsonparse" cookie="" useRawMsg="on")
  action(type="omfile" file="${objects}" template="object")
}
input(type="imtcp" port="${o.ports.tls}" ruleset="desk"
  streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon")
input(type="imtcp" port="${o.ports.json}" ruleset="json" supportOctetCountedFraming="off")
`,
  )
  const running = start('rsyslog', ['rsyslogd', '-n', '-f', config, '-i', folder.fresh('pid')], {
    folder,
  })
  await eventually('rsyslog listens', async () => {
    if (!running.alive()) throw new Error(`rsyslogd ended:\n${running.output()}`)
    const { connect } = await import('node:net')
    return new Promise<boolean>((resolve) => {
      const socket = connect(o.ports.json, '127.0.0.1', () => resolve(socket.end() !== null))
      socket.once('error', () => resolve(false))
    })
  })
  const lines = (file: string): readonly unknown[] => {
    try {
      return readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown)
    } catch (thrown) {
      // Nothing came yet.
      if (codeOf(thrown) === 'ENOENT') return []
      throw thrown
    }
  }
  return {
    received: () =>
      (lines(out) as readonly Written[]).map((one) => ({ ...one, data: paramsOf(one) })),
    objects: () => lines(objects) as readonly Record<string, unknown>[],
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  }
}
