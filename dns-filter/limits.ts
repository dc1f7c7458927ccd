/** Every bound of the filter in one place. Times are in milliseconds unless the name says seconds. */
export const LIMITS = {
  /** DNS Flag Day 2020: fits the IPv6 minimum MTU, so no answer of ours is ever a fragment. */
  udpReply: 1232,
  /** RFC 1035 section 4.2.1, for a client that sent no OPT. */
  udpReplyWithoutEdns: 512,
  message: 65_535,
  /** Kept free in an answer from upstream for our own OPT and its extended error. */
  ownRecords: 128,
  name: 255,
  label: 63,
  /** A client has no reason for more than OPT and a signature; each one costs a walk. */
  additionalRecords: 4,
  /** RFC 8914 leaves it open; long texts push answers over the UDP size. */
  extendedText: 100,

  /** Of the name that NSID answers. */
  nodeName: 63,

  clientAddresses: 65_536,

  /** Each of TCP, DoT and DoH. A connection that is idle costs some 20 KB, with TLS twice that. */
  tcpConnections: 4_000,
  /** A whole place can sit behind one address, so this is far above what one phone opens. */
  tcpConnectionsPerClient: 64,
  tcpUnanswered: 64,
  /** One question with every option we know of, padded, is a quarter of this. */
  tcpQuery: 4_096,
  tcpIdle: 10_000,
  /** What a client may leave unread before it counts as a slow reader. */
  tcpUnread: 262_144,
  /** Milliseconds. */
  tlsHandshake: 5_000,
  dohSessionMegabytes: 1,
  /** A browser sends a dozen. */
  dohHeaders: 64,
  /** Room for a question in the path. */
  dohHeaderBytes: 16_384,

  cacheEntries: 200_000,
  cacheBytes: 128 * 1024 * 1024,
  /** Of the servers of a zone of the house, or of several. */
  zoneCacheEntries: 10_000,
  zoneCacheBytes: 4 * 1024 * 1024,
  positiveSeconds: 86_400,
  negativeSeconds: 3_600,
  /** RFC 8767 section 5: for how long an old answer is better than none. */
  staleKeptSeconds: 86_400,
  staleSeconds: 30,
  /** After a failure, before the upstreams are asked for it again. */
  staleRecheck: 30_000,
  /** How long a client waits for a new answer before it gets the old one. */
  staleAfter: 1_800,
  /** Answers asked for this often are fetched anew in the last tenth of their time. */
  prefetchHits: 2,
  prefetchSeconds: 10,
  /** RFC 9520 section 3.2 asks for at least one second and at most five minutes. */
  failureSeconds: 5,

  /** Questions being asked upstream at once; each holds one socket. */
  upstreamQuestions: 1_024,
  /** Of one address, behind which a whole place may sit: enough for it, too little to crowd others out. */
  upstreamPerClient: 256,
  /** Clients waiting for the same question. */
  upstreamWaiters: 512,
  /** Two tries and a last one end before a phone's own five seconds. */
  upstreamTries: [800, 1_200, 1_800],
  upstreamTcp: 2_000,
  /** RFC 5452 section 9: after this many wrong answers the question is asked over TCP. */
  upstreamMismatches: 8,
  upstreamFailuresBeforeRest: 3,
  /** Milliseconds beyond twice the fastest before another is asked first. */
  upstreamSlower: 20,
  /** A latency older than this says nothing. */
  upstreamRemeasure: 60_000,
  /** So many misspelt answers in a row, each confirmed over TCP, and letters are left alone for a while. */
  upstreamMisspellings: 3,
  upstreamMisspells: 3_600_000,
  /** Questions at once over one connection of DoT. */
  upstreamPipelined: 512,
  upstreamIdle: 10_000,
  upstreamRest: 5_000,
  /** A chain longer than this is no answer but a loop. */
  answerRecords: 512,
  chainTargets: 32,

  /** Different policies in memory; most places share one, each set of hours and lifts adds some. */
  policies: 10_000,
  /** Pairs of categories of lists that name one name; then they are put together anew. */
  listedTogether: 10_000,
  /** Names seen through open windows that wait to be written. */
  seenNames: 2_000,
  countsEvery: 60_000,
  seenNamesEvery: 1_000,
  /** Of a list as it comes, and unpacked: the largest archive of Toulouse has a third of it. */
  fetchBytes: 128 * 1024 * 1024,
  fetchUnpacked: 384 * 1024 * 1024,
  fetchRedirects: 5,
  /** The whole of a list, and a pause within it. */
  fetchTime: 300_000,
  fetchPause: 30_000,
  /** Of a zone that is transferred. */
  transferRecords: 10_000_000,
  /** Seconds: however often a zone's SOA would have us look. */
  transferRefresh: 300,
  archiveFiles: 10_000,
  /** A list with this many names that loses half of them waits for somebody to look at it. */
  shrinkNames: 100,

  lists: 255,
  listNames: 40_000_000,
  /** Characters of a line of a list that an explanation shows. */
  listLine: 300,
  /** How long reading a list may hold the event loop before it lets queries through. */
  compileSlice: 5,
  /** Of JavaScript's own memory; the tables are beside it. */
  compileHeapMb: 512,
  /** After this a process that compiles for all of the machine is taken for hung. */
  compileTurn: 120_000,
  /** Rules that a list takes back with `$badfilter`. */
  listTakenBack: 10_000,
  /** Lines of a list that are shown in the report. */
  listFaults: 20,
} as const
