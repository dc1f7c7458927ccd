import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-ports.ts'
import { eventually, start } from './process.ts'
import type { Running } from './process.ts'
import type { RunFolder } from './run-folder.ts'

export interface Lemonldap extends AsyncDisposable {
  readonly running: Running
  readonly issuer: string
}

/** One of the people of its demonstration back end. */
export const LEMONLDAP_PERSON = {
  ...{ login: 'dwho', password: 'dwho', name: 'Doctor Who' },
  mail: 'dwho@badwolf.org',
} as const

/**
 * The portal of LemonLDAP::NG as an OpenID provider, by plackup: Debian's programs, settings of our own. Its
 * version 2.16 tells nobody by the back channel that somebody signed out.
 */
export async function startLemonldap(
  folder: RunFolder,
  client: {
    readonly id: string
    readonly secret: string
    readonly redirectUri: string
    readonly signedOutUri: string
  },
): Promise<Lemonldap> {
  const port = await freePort()
  // A name, so that the browser takes its cookie; and one that needs no /etc/hosts.
  const issuer = `http://localhost:${port}`
  const home = folder.fresh('lemonldap')
  for (const name of ['', 'conf', 'cache', 'sessions', 'lock']) mkdirSync(join(home, name))
  chmodSync(home, 0o755)
  const settings = join(home, 'lemonldap-ng.ini')
  writeFileSync(settings, iniOf(home))
  writeFileSync(join(home, 'conf/lmConf-1.json'), JSON.stringify(confOf(home, issuer, client)))
  const captcha = join(home, 'Lemonldap/NG/Portal/Captcha')
  mkdirSync(captcha, { recursive: true })
  writeFileSync(join(captcha, 'OfNobody.pm'), NO_CAPTCHA)
  const program = join(home, 'portal.psgi')
  writeFileSync(program, PORTAL)
  const running = start(
    'lemonldap',
    [
      ...[
        'plackup',
        '-I',
        home,
        '--no-default-middleware',
        '--host',
        '127.0.0.1',
        '--port',
        `${port}`,
      ],
      // One process: a connection that is kept would hold up all others.
      ...['--max-keepalive-reqs', '1', '--app', program],
    ],
    { folder, env: { LLNG_DEFAULTCONFFILE: settings, PLACK_ENV: 'deployment' } },
  )
  await eventually(
    'LemonLDAP::NG answers',
    async () => {
      if (!running.alive()) throw new Error(`plackup ended:\n${running.output()}`)
      const found = await fetch(`${issuer}/.well-known/openid-configuration`).catch(() => null)
      return found?.ok
    },
    90_000,
  )
  return { running, issuer, [Symbol.asyncDispose]: async () => void (await running.stop()) }
}

/** As its nginx has it: what is no page does not come to the portal, which would take it for the request that waits. */
const PORTAL = `use Lemonldap::NG::Portal::Main;
use Plack::App::File;
use Plack::Builder;
my $none = sub { [404, ['Content-Type' => 'text/plain'], ['none']] };
my $files = Plack::App::File->new(root => '/usr/share/lemonldap-ng/portal/htdocs/static');
builder {
  mount '/static' => $files->to_app;
  mount $_ => $none for ('/javascript', '/portal.css', '/favicon.ico');
  mount '/' => Lemonldap::NG::Portal::Main->run({});
};
`

/** The portal does not start without one, and its own wants ImageMagick. */
const NO_CAPTCHA = `package Lemonldap::NG::Portal::Captcha::OfNobody;
use Mouse;
extends 'Lemonldap::NG::Portal::Main::Plugin';
sub init { 1 }
1;
`

function iniOf(home: string): string {
  return `[all]
logLevel = info
logger = Lemonldap::NG::Common::Logger::Std
userLogger = Lemonldap::NG::Common::Logger::Std
checkTime = 1
[configuration]
type = File
dirName = ${home}/conf
localStorage = Cache::FileCache
localStorageOptions = { 'namespace' => 'suite', 'cache_root' => '${home}/cache', 'cache_depth' => 1 }
[portal]
staticPrefix = /static
templateDir = /usr/share/lemonldap-ng/portal/templates
languages = en, fr
[handler]
[manager]
`
}

function confOf(
  home: string,
  issuer: string,
  client: Parameters<typeof startLemonldap>[1],
): Readonly<Record<string, unknown>> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const cache = { namespace: 'sessions', cache_root: join(home, 'cache'), cache_depth: 1 }
  return {
    ...{ cfgNum: 1, cfgAuthor: 'suite', cfgDate: 1, cfgVersion: '2.16.1' },
    ...{ key: 'a key of the suite', domain: 'localhost', portal: `${issuer}/` },
    ...{ cookieName: 'lemonldap', securedCookie: 0, cspFormAction: '*' },
    ...{ authentication: 'Demo', userDB: 'Same', passwordDB: 'Demo', registerDB: 'Null' },
    captcha: '::Captcha::OfNobody',
    demoExportedVars: { cn: 'cn', mail: 'mail', uid: 'uid' },
    groups: { Staff: "$uid eq 'dwho'", 'IT-National': "$uid eq 'dwho'", others: "$uid ne 'dwho'" },
    globalStorage: 'Apache::Session::File',
    globalStorageOptions: { Directory: join(home, 'sessions'), LockDirectory: join(home, 'lock') },
    localSessionStorage: 'Cache::FileCache',
    localSessionStorageOptions: cache,
    // Without hosts of its own its handler does not start.
    locationRules: { 'nobody.localhost': { default: 'deny' } },
    exportedHeaders: {},
    // Whoever proved it a moment ago is not asked again by prompt=login either, for five seconds if nothing is said.
    portalForceAuthnInterval: 1,
    issuerDBOpenIDConnectActivation: 1,
    oidcServicePrivateKeySig: privateKey,
    oidcServicePublicKeySig: publicKey,
    oidcServiceKeyIdSig: 'of-the-suite',
    oidcServiceAllowAuthorizationCodeFlow: 1,
    oidcRPMetaDataOptions: {
      accueil: {
        oidcRPMetaDataOptionsClientID: client.id,
        oidcRPMetaDataOptionsClientSecret: client.secret,
        oidcRPMetaDataOptionsRedirectUris: client.redirectUri,
        oidcRPMetaDataOptionsPostLogoutRedirectUris: client.signedOutUri,
        oidcRPMetaDataOptionsIDTokenSignAlg: 'RS256',
        oidcRPMetaDataOptionsRequirePKCE: 1,
        oidcRPMetaDataOptionsBypassConsent: 1,
      },
    },
    oidcRPMetaDataExportedVars: {
      accueil: { preferred_username: 'uid', name: 'cn', email: 'mail', groups: 'groups' },
    },
    oidcRPMetaDataOptionsExtraClaims: { accueil: { profile: 'preferred_username name groups' } },
  }
}
