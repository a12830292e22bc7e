// The measure of the story: what can be turned is turned here.

const MINUTE = 60_000;

/** The limits: the first report asks for a cap, the second for 30 minutes. */
export const limits = {
  ttl: 30 * MINUTE,
  maxSize: 150,
  /** The longest tool call here takes 45 minutes. Two hours of "busy" is a mark that was forgotten. */
  maxBusy: 120 * MINUTE,
};

/** The limits of a conversation. Five minutes pass in half a second here, so "idle" is a moment. */
export const conversation = { maxMessages: 200, sealAfter: 100 };

export const story = {
  /** Simulated time of a round, and the steps it passes in. */
  roundMs: 5 * MINUTE,
  slices: 10,
  /** Sessions that start and end in each round, and their tool calls: the first report counts on 100. */
  sessionsPerRound: 9,
  toolCalls: 100,
  /** Sessions that are worked on in every round, from the first to the last. */
  steady: 3,
  /** Sessions that wait for a tool call of nine rounds, 45 minutes: longer than `ttl`, and busy all the while. */
  waiting: 3,
  waitRounds: 9,
  /** One round in which an editor opens all its windows again: many short sessions at once. */
  burst: { at: 0.5, sessions: 120, toolCalls: 3 },
  /** Rounds without any work at the end: 35 minutes, so that a check every minute has its minute too. */
  quietRounds: 7,
};

/** Rounds of work. Bun runs the same rounds, but fewer. */
export const rounds = { node: 26, bun: 22 };

export const minutesPerRound = story.roundMs / MINUTE;

/** The round of the burst. @param {number} total */
export function burstRound(total) {
  return Math.round(total * story.burst.at);
}

/**
 * The figures of the reports.
 * - Second report: 200 MB grow to 3–4 GB in 4–5 rounds, 600–800 MB a round; expected after the repair:
 *   200–500 MB, 50–100 MB a round, clean-up within 30 minutes even if events fail, a cap.
 * - First report: 54 GB after several days.
 */
export const reported = {
  growthMb: { from: 600, to: 800 },
  repairedGrowthMb: { from: 50, to: 100 },
  repairedMb: { from: 200, to: 500 },
  daysGb: 54,
};
