/** Every bound of the portal, in one place. */
export const LIMITS = {
  /** A generic link older or newer than this is refused: it bounds how long a copied link is of use. */
  linkAgeMs: 10 * 60_000,
  /** How long a person may take to read before pressing the button. */
  ticketAgeMs: 60 * 60_000,
  /** Characters of one query value we look at; a signed link needs 64, an openNDS one about 1,000. */
  queryValue: 256,
  fasValue: 6_144,
  /** The form carries `accept=yes`; the rest is room for what browsers add. */
  bodyBytes: 4_096,
  /** A rule with its note is under 1 KB. */
  apiBodyBytes: 65_536,
  /** NetBox sends the whole thing that changed, and how it was before. */
  hookBodyBytes: 1_048_576,
  apiReasonCharacters: 500,
  apiKeyCharacters: 200,
  /** Of people who are signed in: a certificate request, a list of addresses. */
  staffFormBytes: 65_536,
  /** A text of terms, each letter of which may be nine bytes of a form. */
  termsFormBytes: 600_000,
  /** A table of places: the first house has 400 KB. */
  uploadBytes: 4 * 1024 * 1024,
  /** The longest address is `/guest?fas=…`. */
  headerBytes: 16_384,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 15_000,
  keepAliveMs: 5_000,
  connections: 4_096,
  closeGraceMs: 3_000,
  /** A person who waits longer than this thinks that nothing happened. */
  databaseWaitMs: 4_000,
  /** Questions that wait for the database, those given up included; a page is told to retry above it. */
  databaseQuestions: 256,
  /** Terms pages kept made: languages, messages, and lengths of a grant; about 13 KB each. */
  madePages: 256,
  /** Where one is put together; a larger one gets a place of its own. */
  madePageBytes: 32_768,
  /** Headers of which it is known which of our languages they prefer; each is 512 characters at most. */
  acceptLanguages: 1_024,
  /** Devices that were shown the terms, for helpers: written every two seconds, each once a minute. */
  waiting: { noted: 20_000, againMs: 60_000, unwritten: 2_000, writeMs: 2_000 },
  /** Links that a gateway's secret did not make: how many in this time the security desk is told of. */
  forgedLinks: { told: 20, writeMs: 180_000 },
  /** Gateways that send phones here, for whoever sets one up. */
  arrivals: { noted: 20_000, againMs: 60_000 },
  /** How often, and how many times, a helper's page looks whether the gateway has opened. */
  letIn: { lookMs: 200, looks: 5 },
  /** Seconds before the "try again" page asks again by itself. */
  retrySeconds: 10,
  /** How long the waiting page waits for a gateway: twelve polls at openNDS's own pace of five seconds. */
  openingMs: 60_000,
  openingSeconds: 2,
  /** A device that its gateway sends back sooner than this has not been let in. */
  returnMs: 30_000,
  returns: 20_000,
  /** Gateways that poll, of which it is known which page of their list is next. */
  polled: 4_096,
  /** A notification comes sooner. */
  revocationLookMs: 5_000,
  /** Android reads no more of the RFC 8908 answer. */
  captiveApiCharacters: 4_096,
  /**
   * A place is one address behind its NAT: 300 phones that come back together after a power cut make
   * about five requests each.
   */
  requests: { burst: 1_500, perSecond: 50, keys: 20_000 },
  /** Three hundred people accepting in the same minute at one place still pass. */
  acceptances: { burst: 300, perSecond: 5, keys: 20_000 },
  /** Names that the DNS filter is asked about: at once, and for how long its answer counts. */
  filter: { waitMs: 1_000, asking: 64, remembered: 2_000, rememberedMs: 10_000 },
  /** Requests to unblock from one device, or from one place behind its NAT. */
  unblockRequests: { burst: 5, perSecond: 1 / 120, keys: 20_000 },
  /** Codes that one address may try: a person who mistypes, and nobody who guesses. */
  receiptChecks: { burst: 20, perSecond: 0.1, keys: 20_000 },
  /**
   * A grant that ends sooner is renewed when the device comes, in one tap, and not cut while somebody
   * writes; of a short grant the last tenth.
   */
  renewSoonMs: 60 * 60_000,
  /** Forms that sign in, of one address: a training room of 40 behind one, and no list of passwords. */
  signIns: { burst: 60, perSecond: 0.5, keys: 20_000 },
  /** Lines of the audit about sign-ins that failed; those beyond are counted only. */
  failuresTold: { burst: 300, perSecond: 1, keys: 1 },
  /** From the password, or from the way to the identity provider, to the end of the sign-in. */
  signInMs: 10 * 60_000,
  /** Passwords that are hashed at once, 19 MiB each, and those that wait. */
  hashes: { running: 2, waiting: 32 },
} as const
