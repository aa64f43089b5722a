/**
 * What the table of metrics says of the gate. A serving process loads that table, and so nothing else of the gate.
 *
 * @module
 */

/**
 * What a check came to. `unchecked`: it could not be made, so nothing is known of the backup.
 */
export const STATES = ["restorable", "not_restorable", "no_backup", "unchecked"] as const;

/** One of {@link STATES}. */
export type GateState = typeof STATES[number];

/** More Schedules than these are not checked: each has some series. */
export const MOST_SCHEDULES = 100;
