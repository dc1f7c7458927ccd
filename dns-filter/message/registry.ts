/** Numbers of the IANA "Domain Name System (DNS) Parameters" registry that this part has a rule for. */
export const Rcode = {
  NoError: 0,
  FormErr: 1,
  ServFail: 2,
  NXDomain: 3,
  NotImp: 4,
  Refused: 5,
  BadVers: 16,
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

export const Option = { ExtendedError: 15 } as const

/** Extended DNS Errors, RFC 8914 section 5.2. */
export const ExtendedCode = {
  Other: 0,
  NotReady: 14,
  Blocked: 15,
  Prohibited: 18,
  NotAuthoritative: 20,
  NoReachableAuthority: 22,
} as const
