/** What a lane says when a scenario is over, before how many of its sentences held and how many did not. */
export const DONE = '=== done'
