/** Numbers of the IANA "Domain Name System (DNS) Parameters" registry that this part has a rule for. */
export const Rcode = {
  NoError: 0,
  FormErr: 1,
  ServFail: 2,
  NXDomain: 3,
  NotImp: 4,
  Refused: 5,
  BadVers: 16,
  BadCookie: 23,
} as const

export const Type = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  HINFO: 13,
  TXT: 16,
  AAAA: 28,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  SVCB: 64,
  HTTPS: 65,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
} as const

export const Class = { IN: 1 } as const

export const Option = {
  Nsid: 3,
  ClientSubnet: 8,
  Cookie: 10,
  Keepalive: 11,
  Padding: 12,
  ExtendedError: 15,
  /** Of dnsmasq's own, in the range for local use (RFC 6891 section 9). */
  Mac: 65_001,
  CpeId: 65_074,
  /** Ours, in the same range: tell of which categories the lists are that name it. */
  Listed: 65_075,
} as const

/** Extended DNS Errors, RFC 8914 section 5.2. */
export const ExtendedCode = {
  Other: 0,
  StaleAnswer: 3,
  Forged: 4,
  NotReady: 14,
  Blocked: 15,
  Censored: 16,
  Filtered: 17,
  Prohibited: 18,
  StaleNXDomain: 19,
  NotAuthoritative: 20,
  NoReachableAuthority: 22,
  NetworkError: 23,
} as const
