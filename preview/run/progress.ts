/** Told how far a run is: items that are done, and all of them. What it gives is waited for. */
export type Progress = (done: number, total: number) => void | Promise<void>;

/** Tells nobody. */
export const silent: Progress = () => {};
