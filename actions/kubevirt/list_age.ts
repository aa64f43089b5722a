/** How long a list that backups read for a whole namespace is used for its further items, in milliseconds (kubevirt 11). */
export const LIST_AGE_MS = 30_000;
