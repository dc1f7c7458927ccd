/** How much an identity provider may cost us, whatever it does. */
export const OIDC_LIMITS = {
  /** One question and its answer, in seconds as openid-client has it. */
  answerSeconds: 4,
  /** Of one answer; 500 groups in a token take a twentieth of it. */
  answerBytes: 1_048_576,
  /** What its discovery said counts this long; then it is asked again, and goes on counting if it is away. */
  discoveryMs: 3_600_000,
  /** After it did not answer, nobody waits for it again for so long. */
  pauseMs: 3_000,
  /** Clocks may be apart by this much. */
  toleranceSeconds: 30,
  /** An ID token comes a moment after it was made: one that says otherwise is of a clock that is off. */
  issuedSeconds: 300,
  /** How long ago somebody may have proved who they are, who is asked to do it again. */
  againSeconds: 300,
  /** An unknown key is looked for in the published ones at most this often. */
  keysMs: 1_000,
  /** A logout token counts no longer; it is sent again where it is not answered. */
  logoutSeconds: 300,
  logoutBytes: 65_536,
  /** A longer ID token does not fit the address of a logout. */
  hintCharacters: 2_048,
} as const
